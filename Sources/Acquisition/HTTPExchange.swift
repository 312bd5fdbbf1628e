import Foundation
import FoundationNetworking
import Storage
import Synchronization

/// One request and its answer, the body written to a file as it comes.
///
/// Redirects are not followed here; their answers come out like any other.
final class HTTPExchange: NSObject, URLSessionDataDelegate, Sendable {
  /// Why an exchange gave no answer that can be used.
  enum Failure: Error {
    /// It may work another time, after the wait in seconds that the server asks for, if it does.
    case transient(String, after: Double? = nil)
    /// What arrived so far does not fit to what came now; it may work from the start.
    case inconsistent(String)
    /// It will not work.
    case final(AcquisitionError)
  }

  /// How an exchange ended; an answer that broke off is there beside the failure.
  struct Ending {
    var answer: HTTPAnswer?
    var failure: Failure?
  }

  private struct State: ~Copyable {
    var continuation: CheckedContinuation<Void, Never>?
    var answer: HTTPAnswer?
    var failure: Failure?
    var file: PartialFile?
    var isComplete = false
    var lastActivity = ContinuousClock.now
  }

  private let request: HTTPRequest
  private let state = Mutex(State())

  private init(_ request: HTTPRequest) {
    self.request = request
  }

  /// Makes the request and returns once the answer is complete or has failed.
  static func perform(_ request: HTTPRequest) async -> Ending {
    let exchange = HTTPExchange(request)
    let configuration = URLSessionConfiguration.ephemeral
    configuration.httpCookieStorage = nil
    configuration.urlCache = nil
    configuration.urlCredentialStorage = nil
    let session = URLSession(
      configuration: configuration, delegate: exchange, delegateQueue: nil)
    defer { session.finishTasksAndInvalidate() }
    let task = session.dataTask(with: request.urlRequest)
    let watchdog = Task { await exchange.watch(task) }
    defer { watchdog.cancel() }
    await withTaskCancellationHandler {
      await withCheckedContinuation { exchange.start(task, $0) }
    } onCancel: {
      exchange.fail(.final(.cancelled))
      task.cancel()
    }
    return exchange.state.withLock { Ending(answer: $0.answer, failure: $0.failure) }
  }

  private func start(_ task: URLSessionDataTask, _ continuation: CheckedContinuation<Void, Never>) {
    // A task that was cancelled before it began may be complete already.
    let isComplete = state.withLock { state in
      if !state.isComplete { state.continuation = continuation }
      return state.isComplete
    }
    if isComplete { continuation.resume() } else { task.resume() }
  }

  /// Keeps the first failure, which is the cause of those that follow.
  private func fail(_ failure: Failure) {
    state.withLock { if !$0.isComplete, $0.failure == nil { $0.failure = failure } }
  }

  // MARK: Deadlines

  private func watch(_ task: URLSessionDataTask) async {
    let limits = request.limits
    let interval = min(1, limits.connectSeconds / 4, limits.stallSeconds / 4)
    while (try? await Task.sleep(for: .seconds(interval))) != nil {
      guard let reason = overdue(at: .now) else { continue }
      fail(.transient(reason))
      task.cancel()
      return
    }
  }

  private func overdue(at now: ContinuousClock.Instant) -> String? {
    let limits = request.limits
    return state.withLock { state in
      let silence = now - state.lastActivity
      if now > request.deadline { return "not complete after \(limits.totalSeconds) s" }
      if state.answer == nil, silence > .seconds(limits.connectSeconds) {
        return "no answer within \(limits.connectSeconds) s"
      }
      if state.answer != nil, silence > .seconds(limits.stallSeconds) {
        return "nothing arrived for \(limits.stallSeconds) s"
      }
      return nil
    }
  }

  // MARK: URLSessionDataDelegate

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
    guard let response = response as? HTTPURLResponse else { return completionHandler(.cancel) }
    let answer = HTTPAnswer(response)
    if !answer.hasFile || request.asksForHeadOnly {
      // Its body is of no use, and after a 401 with a challenge URLSession would never end the task.
      let continuation = state.withLock { state in
        state.answer = answer
        state.isComplete = true
        return state.continuation.take()
      }
      completionHandler(.cancel)
      continuation?.resume()
      return
    }
    let goesOn = state.withLock { state in
      state.answer = answer
      state.lastActivity = .now
      do throws(Failure) {
        let start = try answer.bodyStart(for: request)
        state.file = try Self.open(request.partial, at: start, answer.strongETag)
        return true
      } catch {
        if state.failure == nil { state.failure = error }
        return false
      }
    }
    completionHandler(goesOn ? .allow : .cancel)
  }

  func urlSession(_ session: URLSession, dataTask: URLSessionDataTask, didReceive data: Data) {
    let (goesOn, received, total) = state.withLock { state -> (Bool, Int?, Int?) in
      state.lastActivity = .now
      guard state.failure == nil, var file = state.file.take() else {
        return (state.failure == nil, nil, nil)
      }
      do throws(Failure) {
        guard data.count <= request.limits.maxBytes - file.count else { throw request.tooLarge }
        try Self.append(data, to: &file)
        let count = file.count
        state.file = consume file
        return (true, count, state.answer?.bodyTotal(for: request))
      } catch {
        state.failure = error
        return (false, nil, nil)
      }
    }
    if let received { request.progress(received, total) }
    if !goesOn { dataTask.cancel() }
  }

  func urlSession(
    _ session: URLSession, task: URLSessionTask, didCompleteWithError error: (any Error)?
  ) {
    let continuation = state.withLock { state -> CheckedContinuation<Void, Never>? in
      if state.isComplete { return nil }
      if let error, state.failure == nil { state.failure = Self.failure(error, request) }
      if let file = state.file.take() {
        do throws(StorageError) {
          try file.close()
        } catch {
          if state.failure == nil { state.failure = .final(.storage(error)) }
        }
      }
      state.isComplete = true
      return state.continuation.take()
    }
    continuation?.resume()
  }

  private static func open(
    _ partial: PartialDownload, at start: Int, _ strongETag: String?
  ) throws(Failure) -> PartialFile {
    do throws(StorageError) {
      return try partial.open(at: start, strongETag: strongETag)
    } catch {
      throw .final(.storage(error))
    }
  }

  private static func append(_ data: Data, to file: inout PartialFile) throws(Failure) {
    do throws(StorageError) {
      try file.append(data.span)
    } catch {
      throw .final(.storage(error))
    }
  }

  /// Most failures of a connection may pass; a certificate that is not trusted stays so.
  private static func failure(_ error: any Error, _ request: HTTPRequest) -> Failure {
    let code = (error as? URLError)?.errorCode ?? 0
    let reason = (error as NSError).localizedDescription
    if (-1206...(-1200)).contains(code) || reason.lowercased().contains("certificate") {
      return .final(.unavailable(attempts: ["\(request.url.shown): \(reason)"]))
    }
    return .transient(reason)
  }
}
