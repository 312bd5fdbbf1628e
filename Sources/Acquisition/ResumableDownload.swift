import Foundation
import Storage

/// The download of one URL, with redirects, retries and resumption.
struct ResumableDownload: Sendable {
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
  let partial: PartialDownload
  let clock: FetchClock
  let authorization: Authorization?
  let progress: @Sendable (_ received: Int, _ total: Int?) -> Void
  var policy = RetryPolicy()

  /// Downloads the file to `partial`, or learns that the given version is still the newest.
  ///
  /// After a failure `partial` has bytes only if a later download can go on after them.
  func run(ifNoneMatch: String?) async throws(AcquisitionError) -> Outcome {
    do {
      if partial.resumption == nil { try? partial.remove() }
      return try await attempts(ifNoneMatch: ifNoneMatch)
    } catch {
      switch error {
      case .unavailable, .cancelled:
        if partial.resumption == nil { try? partial.remove() }
      default: try? partial.remove()
      }
      throw error
    }
  }

  private func attempts(ifNoneMatch: String?) async throws(AcquisitionError) -> Outcome {
    let start = clock.elapsed()
    var failures: [String] = []
    var failedInARow = 0
    var farthest = partial.resumption?.offset ?? 0
    while true {
      if Task.isCancelled { throw .cancelled }
      let remaining = .seconds(limits.totalSeconds) - (clock.elapsed() - start)
      var requestedDelay: Double?
      do throws(HTTPExchange.Failure) {
        return try await attempt(makeRequest(ifNoneMatch, remaining: remaining))
      } catch {
        switch error {
        case .final(.unavailable(let last)): throw .unavailable(attempts: failures + last)
        case .final(let error): throw error
        case .inconsistent(let reason):
          try? partial.remove()
          failures.append("\(url.shown): \(reason)")
        case .transient(let reason, let seconds):
          requestedDelay = seconds
          failures.append("\(url.shown): \(reason)")
        }
      }
      // A connection that breaks again and again still brings the whole, piece by piece.
      let offset = partial.resumption?.offset ?? 0
      failedInARow = offset > farthest ? 1 : failedInARow + 1
      farthest = max(farthest, offset)
      failures = failures.suffix(limits.attempts)

      let delay =
        requestedDelay ?? policy.delay(afterAttempts: failedInARow, chance: clock.chance())
      let end = clock.elapsed() - start + .seconds(delay)
      guard failedInARow < limits.attempts, end < .seconds(limits.totalSeconds) else {
        throw .unavailable(attempts: failures)
      }
      do {
        try await clock.sleep(.seconds(delay))
      } catch {
        throw .cancelled
      }
    }
  }

  private func makeRequest(_ ifNoneMatch: String?, remaining: Duration) -> HTTPRequest {
    let resumption = partial.resumption
    return HTTPRequest(
      url: url, ifNoneMatch: resumption == nil ? ifNoneMatch : nil, resumption: resumption,
      partial: partial, limits: limits, deadline: .now + remaining, clock: clock,
      progress: progress)
  }

  /// One attempt: follows redirects to an answer and gives it its meaning.
  private func attempt(_ first: HTTPRequest) async throws(HTTPExchange.Failure) -> Outcome {
    var request = first
    let mayBePrivate = NetworkAddress.isPrivate(host: url.host ?? "")
    // What left its server once is not told to it again: the way back may be forged.
    var authorization = authorization
    for _ in 0...Self.maxRedirects {
      do throws(AcquisitionError) {
        request.authorization = try authorization?.header(for: request.url)
      } catch {
        throw .final(error)
      }
      if request.authorization == nil { authorization = nil }
      let ending = await HTTPExchange.perform(request)
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
      .refused(url: url.shown, reason: "it redirects more than \(Self.maxRedirects) times"))
  }
}
