import Foundation
import Storage

/// The download of one URL, with redirects, retries and resumption.
struct ResumableDownload {
  /// What a server said.
  enum Outcome: Equatable {
    /// The version that we have is still the one.
    case notModified
    /// The file is complete, with the version that the server named.
    case complete(etag: String?)
  }

  private static let maxRedirects = 5

  let url: URL
  let limits: FetchLimits
  let bodyPath: String
  let sleep: @Sendable (Duration) async throws -> Void
  var policy = RetryPolicy()

  /// Downloads the file to `bodyPath`, or learns that the given version is still the newest.
  func run(ifNoneMatch: String?) async throws(AcquisitionError) -> Outcome {
    var generator = SystemRandomNumberGenerator()
    let deadline = ContinuousClock.now + .seconds(limits.totalSeconds)
    var failures: [String] = []
    var partialETag: String?
    while true {
      if Task.isCancelled { throw .cancelled }
      var requestedDelay: Double?
      do throws(HTTPExchange.Failure) {
        let request = makeRequest(ifNoneMatch, resuming: partialETag, until: deadline)
        return try await attempt(request, partialETag: &partialETag)
      } catch {
        switch error {
        case .final(.unavailable(let last)): throw .unavailable(attempts: failures + last)
        case .final(let error): throw error
        case .inconsistent(let reason):
          partialETag = nil
          failures.append("\(url.absoluteString): \(reason)")
        case .transient(let reason, let seconds):
          requestedDelay = seconds
          failures.append("\(url.absoluteString): \(reason)")
        }
      }
      let delay =
        requestedDelay ?? policy.delay(afterAttempts: failures.count, using: &generator)
      guard failures.count < limits.attempts, ContinuousClock.now + .seconds(delay) < deadline
      else { throw .unavailable(attempts: failures) }
      do {
        try await sleep(.seconds(delay))
      } catch {
        throw .cancelled
      }
    }
  }

  private func makeRequest(
    _ ifNoneMatch: String?, resuming etag: String?, until deadline: ContinuousClock.Instant
  ) -> HTTPRequest {
    var request = HTTPRequest(
      url: url, ifNoneMatch: ifNoneMatch, bodyPath: bodyPath, limits: limits, deadline: deadline)
    if let etag, let size = try? FileSystem.fileSize(bodyPath), size > 0 {
      request.ifNoneMatch = nil
      request.resumption = (size, etag)
    }
    return request
  }

  /// One attempt: follows redirects to an answer and gives it its meaning.
  private func attempt(
    _ first: HTTPRequest, partialETag: inout String?
  ) async throws(HTTPExchange.Failure) -> Outcome {
    var request = first
    let mayBePrivate = NetworkAddress.isPrivate(host: url.host ?? "")
    for _ in 0...Self.maxRedirects {
      let ending = await HTTPExchange.perform(request)
      // The bytes in the file now belong to this version, or to one that cannot be told again.
      if ending.answer?.status == 200 { partialETag = ending.answer?.strongETag }
      if let failure = ending.failure { throw failure }
      guard let answer = ending.answer else { throw .transient("no answer") }
      guard answer.isRedirect, let location = answer.location else {
        return try answer.outcome(for: request)
      }
      do {
        request.url = try SourceAddress.redirected(
          to: location, from: request.url, mayBePrivate: mayBePrivate)
      } catch {
        throw .final(error)
      }
    }
    throw .final(
      .refused(
        url: url.absoluteString, reason: "it redirects more than \(Self.maxRedirects) times"))
  }
}
