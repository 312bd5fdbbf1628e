import Foundation
import Storage

extension DatasetSource.Location {
  /// The place for messages: a URL without what may be secret in it.
  public var shown: String { SourceAddress.shownSource(url) }
}

/// Asks whether a source is there, and fetches nothing.
public enum SourceProbe {
  /// What is known of a source.
  public enum Answer: Equatable, Sendable {
    /// A file or directory here, of so many bytes.
    case local(path: String, bytes: Int)
    /// A server that was not asked; the cache has what it gave last, or has not.
    case notAsked(isCached: Bool)
    /// A server that has it.
    case available
    /// A server that does not answer HEAD, and may well answer GET.
    case headRefused(status: Int)
  }

  private static let maxRedirects = 5
  /// What servers answer that know no HEAD, or whose signed addresses are for GET alone.
  private static let refusals: Set<Int> = [403, 405, 501]

  /// Looks at a local source; asks a server by HEAD if `asksServer` says so.
  ///
  /// - Throws: `AcquisitionError` where the source is not there or cannot be reached.
  public static func answer(
    of location: DatasetSource.Location, in source: DatasetSource, relativeTo base: String,
    environment: [String: String], asksServer: Bool
  ) async throws(AcquisitionError) -> Answer {
    switch try SourceAddress(location.url, relativeTo: base) {
    case .local(let path):
      guard FileSystem.exists(path) else { throw .notFound(paths: [path]) }
      guard FileSystem.isReadable(path) else {
        throw .storage(.permissionDenied(path: path, isWritten: false))
      }
      var single = source
      single.sources = [location]
      return .local(path: path, bytes: single.localSize(relativeTo: base) ?? 0)
    case .remote(let url):
      if asksServer {
        let secret = try source.credentials?.authorization(environment: environment, base: base)
        return try await ask(url, secret)
      }
      var single = source
      single.sources = [location]
      return .notAsked(isCached: single.localSize(relativeTo: base) != nil)
    }
  }

  private static func ask(
    _ url: URL, _ secret: Authorization?
  ) async throws(AcquisitionError) -> Answer {
    var limits = FetchLimits()
    limits.totalSeconds = limits.connectSeconds
    // Nothing is written: the answer to HEAD has no body.
    var request = HTTPRequest(
      url: url, partial: PartialDownload(path: "/dev/null"), limits: limits,
      deadline: .now + .seconds(limits.totalSeconds), clock: FetchClock(), progress: { _, _ in },
      asksForHeadOnly: true)
    let mayBePrivate = NetworkAddress.isPrivate(host: url.host ?? "")
    var secret = secret
    for _ in 0...maxRedirects {
      request.authorization = try secret?.header(for: request.url)
      if request.authorization == nil { secret = nil }
      let ending = await HTTPExchange.perform(request)
      switch ending.failure {
      case .transient(let reason, _), .inconsistent(let reason):
        throw .unavailable(attempts: ["\(request.url.shown): \(reason)"])
      case .final(let error): throw error
      case nil: break
      }
      guard let answer = ending.answer else {
        throw .unavailable(attempts: ["\(request.url.shown): no answer"])
      }
      if answer.isRedirect, let location = answer.location {
        request.url = try SourceAddress.redirected(
          to: location, from: request.url, mayBePrivate: mayBePrivate)
        continue
      }
      if refusals.contains(answer.status) { return .headRefused(status: answer.status) }
      guard answer.status == 200 else {
        throw .unavailable(attempts: ["\(request.url.shown): HTTP status \(answer.status)"])
      }
      return .available
    }
    throw .refused(url: url.shown, reason: "it redirects more than \(maxRedirects) times")
  }
}
