import Foundation
import FoundationNetworking

/// What is asked of a server, and where the body of the answer goes.
struct HTTPRequest: Sendable {
  var url: URL
  /// The version that we have already; the server may answer that it still holds.
  var ifNoneMatch: String?
  /// The number of bytes in `partial` and the version that they belong to.
  var resumption: (offset: Int, etag: String)?
  /// The secret header for this URL's server.
  var authorization: String?
  var partial: PartialDownload
  var limits: FetchLimits
  var deadline: ContinuousClock.Instant
  var clock: FetchClock
  var progress: @Sendable (_ received: Int, _ total: Int?) -> Void
  /// Whether only the status and headers are asked for.
  var asksForHeadOnly = false

  /// The error for a body beyond the limit.
  var tooLarge: HTTPExchange.Failure {
    .final(
      .refused(url: url.shown, reason: "it has more than \(limits.maxBytes) bytes"))
  }

  var urlRequest: URLRequest {
    var request = URLRequest(url: url, timeoutInterval: limits.totalSeconds)
    if asksForHeadOnly { request.httpMethod = "HEAD" }
    // The bytes are hashed and unpacked by us, as they are.
    request.setValue("identity", forHTTPHeaderField: "Accept-Encoding")
    request.setValue("recjob", forHTTPHeaderField: "User-Agent")
    if let ifNoneMatch { request.setValue(ifNoneMatch, forHTTPHeaderField: "If-None-Match") }
    if let authorization { request.setValue(authorization, forHTTPHeaderField: "Authorization") }
    if let resumption {
      request.setValue("bytes=\(resumption.offset)-", forHTTPHeaderField: "Range")
      request.setValue(resumption.etag, forHTTPHeaderField: "If-Range")
    }
    return request
  }
}

/// The status and headers of an answer.
struct HTTPAnswer: Sendable {
  let status: Int
  let etag: String?
  let location: String?
  let retryAfter: String?
  private let contentLength: Int?
  private let contentRange: String?
  private let contentEncoding: String?

  init(_ response: HTTPURLResponse) {
    status = response.statusCode
    etag = response.value(forHTTPHeaderField: "ETag")
    location = response.value(forHTTPHeaderField: "Location")
    retryAfter = response.value(forHTTPHeaderField: "Retry-After")
    contentLength = response.value(forHTTPHeaderField: "Content-Length").flatMap { Int($0) }
    contentRange = response.value(forHTTPHeaderField: "Content-Range")
    contentEncoding = response.value(forHTTPHeaderField: "Content-Encoding")
  }

  /// The version, if equal versions promise equal bytes.
  var strongETag: String? {
    etag.flatMap { $0.hasPrefix("\"") && $0.utf8.count >= 2 ? $0 : nil }
  }

  /// Whether the body is the file or a part of it.
  var hasFile: Bool { status == 200 || status == 206 }

  var isRedirect: Bool { [301, 302, 303, 307, 308].contains(status) }

  /// What this answer means for a download, if it is complete.
  func outcome(for request: HTTPRequest) throws(HTTPExchange.Failure) -> ResumableDownload.Outcome {
    switch status {
    case 200, 206:
      // A range may end before the file does.
      if let total = bodyTotal(for: request), total != request.partial.count {
        throw .transient("the answer ended after \(request.partial.count) of \(total) bytes")
      }
      return .complete(etag: etag)
    case 304 where request.ifNoneMatch != nil: return .notModified
    case 416: throw .inconsistent("the server has no such range")
    case let status where RetryPolicy.transientStatuses.contains(status):
      throw .transient(
        "HTTP status \(status)",
        after: RetryPolicy.requestedDelay(
          retryAfter, secondsSince1970: request.clock.secondsSince1970()))
    case 401, 403:
      let hint =
        request.authorization == nil
        ? "dataset.auth can say where credentials are" : "it does not accept the credentials"
      throw .final(
        .unavailable(attempts: ["\(request.url.shown): HTTP status \(status), \(hint)"]))
    default:
      throw .final(.unavailable(attempts: ["\(request.url.shown): HTTP status \(status)"]))
    }
  }

  /// Where in the file the body of this answer begins.
  func bodyStart(for request: HTTPRequest) throws(HTTPExchange.Failure) -> Int {
    if let contentEncoding, !["", "identity"].contains(contentEncoding.lowercased()) {
      throw .final(
        .unavailable(attempts: [
          "\(request.url.shown): the answer is encoded as \(contentEncoding), unasked"
        ]))
    }
    var start = 0
    if status == 206 {
      guard let resumption = request.resumption, rangeStart == resumption.offset else {
        throw .inconsistent("the answer has another range than the one asked for")
      }
      guard etag == nil || etag == resumption.etag else {
        throw .inconsistent("the file changed during the download")
      }
      start = resumption.offset
    }
    if let total = bodyTotal(for: request), total > request.limits.maxBytes {
      throw request.tooLarge
    }
    return start
  }

  /// The size of the whole file that this answer is, or continues, if it says so.
  func bodyTotal(for request: HTTPRequest) -> Int? {
    guard status == 206 else { return contentLength }
    if let total = contentRange?.split(separator: "/").last.flatMap({ Int($0) }) { return total }
    guard let offset = request.resumption?.offset, let contentLength else { return nil }
    return offset.addingReportingOverflow(contentLength).partialValue
  }

  /// The first position of `Content-Range: bytes 500-999/1000`.
  private var rangeStart: Int? {
    guard let contentRange, contentRange.hasPrefix("bytes ") else { return nil }
    return Int(contentRange.dropFirst(6).prefix { $0 != "-" })
  }
}
