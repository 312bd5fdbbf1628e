import Foundation
import FoundationNetworking
import Synchronization

/// A message to a server that nobody waits for the answer of: whether it took it is all that counts.
public struct HTTPNotice: Sendable {
  /// Why a server did not take a notice; nothing of its URL is shown, which may be a secret.
  public struct Failure: Error, Equatable, Sendable, CustomStringConvertible {
    /// The reason in words.
    public let description: String
  }

  private let url: URL
  private let body: [UInt8]

  /// Prepares a notice to an http or https URL; `nil` for any other text.
  public init?(_ url: String, body: [UInt8]) {
    guard let url = URL(string: url), ServerOrigin(url) != nil else { return nil }
    self.url = url
    self.body = body
  }

  /// Posts the body and returns once the server has answered, or after so many seconds.
  ///
  /// Redirects are not followed, and nothing is tried twice. It blocks the thread that calls it.
  public func post(within seconds: Double) throws(Failure) {
    var request = URLRequest(url: url, timeoutInterval: seconds)
    request.httpMethod = "POST"
    request.setValue("recjob", forHTTPHeaderField: "User-Agent")
    request.setValue("text/plain; charset=utf-8", forHTTPHeaderField: "Content-Type")
    request.httpBody = Data(body)
    let configuration = URLSessionConfiguration.ephemeral
    configuration.httpCookieStorage = nil
    configuration.urlCache = nil
    configuration.urlCredentialStorage = nil
    let answer = Answer()
    let session = URLSession(configuration: configuration, delegate: answer, delegateQueue: nil)
    defer { session.invalidateAndCancel() }
    let task = session.dataTask(with: request)
    task.resume()
    // A resolver, too, may hang: the wait ends here whatever becomes of the task.
    guard answer.isThere.wait(timeout: .now() + seconds) == .success else {
      throw Failure(description: "no answer within \(seconds) s")
    }
    switch answer.result.withLock({ $0 }) {
    case .status(let status) where (200..<300).contains(status): return
    case .status(let status): throw Failure(description: "the server answered \(status)")
    case .error(let code): throw Failure(description: Self.reason(code))
    }
  }

  /// The few failures that have words; the system's own texts may name the URL.
  private static func reason(_ code: Int) -> String {
    switch URLError.Code(rawValue: code) {
    case .timedOut: "no answer in time"
    case .cannotFindHost, .dnsLookupFailed: "the server's name is not known"
    case .cannotConnectToHost: "the server cannot be reached"
    case .networkConnectionLost: "the connection was lost"
    case .secureConnectionFailed, .serverCertificateUntrusted, .serverCertificateHasBadDate,
      .serverCertificateHasUnknownRoot, .serverCertificateNotYetValid:
      "the server's certificate is not trusted"
    default: "it could not be sent (error \(code))"
    }
  }

  /// What came back: the head of the answer is enough.
  private final class Answer: NSObject, URLSessionDataDelegate, Sendable {
    enum Result { case status(Int), error(Int) }

    let result = Mutex(Result.error(0))
    let isThere = DispatchSemaphore(value: 0)

    private func end(_ ending: Result) {
      result.withLock { $0 = ending }
      isThere.signal()
    }

    func urlSession(
      _ session: URLSession, task: URLSessionTask,
      willPerformHTTPRedirection response: HTTPURLResponse, newRequest: URLRequest,
      completionHandler: @escaping (URLRequest?) -> Void
    ) {
      completionHandler(nil)
    }

    func urlSession(
      _ session: URLSession, dataTask: URLSessionDataTask, didReceive response: URLResponse,
      completionHandler: @escaping (URLSession.ResponseDisposition) -> Void
    ) {
      end(.status((response as? HTTPURLResponse)?.statusCode ?? 0))
      completionHandler(.cancel)
    }

    func urlSession(
      _ session: URLSession, task: URLSessionTask, didCompleteWithError error: (any Error)?
    ) {
      // After an answer this is our own cancelling, and nobody waits any more.
      if case .error = result.withLock({ $0 }) {
        end(.error((error as? URLError)?.errorCode ?? (error as NSError?)?.code ?? 0))
      }
    }
  }
}
