import Foundation
import Storage

/// What the text of a source stands for.
enum SourceAddress: Equatable {
  case local(path: String)
  case remote(URL)

  /// Reads a path or a `file:`, `http:` or `https:` URL; relative paths go below `base`.
  init(_ text: String, relativeTo base: String) throws(AcquisitionError) {
    guard let scheme = Self.scheme(of: text) else {
      self = .local(path: PathName.joined(base, text))
      return
    }
    switch scheme {
    case "file":
      guard let url = URL(string: text), (url.host ?? "").isEmpty || url.host == "localhost",
        url.path.hasPrefix("/")
      else {
        throw .refused(url: text, reason: "a file URL has the form file:///path")
      }
      self = .local(path: url.path)
    case "http", "https":
      guard let url = URL(string: text) else {
        throw .refused(url: Self.shown(text), reason: "it is not a URL")
      }
      try Self.checkRemote(url)
      self = .remote(url)
    default:
      throw .refused(
        url: Self.shown(text), reason: "\(scheme) is not one of http, https and file")
    }
  }

  /// The address that an answer sends us to, if we go there.
  ///
  /// - Parameters:
  ///   - location: The `Location` header.
  ///   - url: The address that gave it.
  ///   - mayBePrivate: Whether the first address was a private or loopback one itself.
  /// - Returns: An http or https URL without user and password.
  /// - Throws: `refused` for any other.
  static func redirected(
    to location: String, from url: URL, mayBePrivate: Bool
  ) throws(AcquisitionError) -> URL {
    guard let target = URL(string: location, relativeTo: url)?.absoluteURL,
      let scheme = target.scheme?.lowercased()
    else { throw .refused(url: url.shown, reason: "it redirects to no URL") }
    guard scheme == "http" || scheme == "https" else {
      throw .refused(url: url.shown, reason: "it redirects to a \(scheme) URL")
    }
    if url.scheme?.lowercased() == "https", scheme == "http" {
      throw .refused(url: url.shown, reason: "it redirects from https to http")
    }
    try checkRemote(target)
    if !mayBePrivate, NetworkAddress.isPrivate(host: target.host ?? "") {
      throw .refused(url: url.shown, reason: "it redirects to a private or loopback address")
    }
    return target
  }

  private static func checkRemote(_ url: URL) throws(AcquisitionError) {
    guard let host = url.host, !host.isEmpty else {
      throw .refused(url: url.shown, reason: "it names no host")
    }
    guard url.user == nil, url.password == nil else {
      throw .refused(
        url: url.shown,
        reason: "it carries a user name or password, which would be written to logs and results; "
          + "say in dataset.auth where they are kept")
    }
  }

  /// A URL for messages: without user and password, and without a query, which may hold a signature
  /// that opens the file to everyone.
  static func shown(_ text: String) -> String {
    let end = text.firstIndex { $0 == "?" || $0 == "#" } ?? text.endIndex
    guard let start = text.range(of: "//")?.upperBound, start < end else {
      return String(text[..<end])
    }
    var shown = String(text[..<end])
    if let at = shown.lastIndex(of: "@") {
      shown.replaceSubrange(start..<at, with: "…")
    } else if text[end...].contains("@") {
      // What looks like a query may be the end of a password.
      return "\(text[..<start])…"
    }
    if end < text.endIndex { shown += "?…" }
    return shown
  }

  /// A source for messages: a path as it is, a URL as ``shown(_:)`` has it.
  static func shownSource(_ text: String) -> String {
    scheme(of: text) == nil ? text : shown(text)
  }

  /// The scheme before `:`, if the text has the form of a URL; `a:b.csv` is a path.
  private static func scheme(of text: String) -> String? {
    guard let colon = text.firstIndex(of: ":") else { return nil }
    let scheme = text[..<colon].lowercased()
    let isWord = scheme.allSatisfy { $0.isASCII && ($0.isLetter || "+-.".contains($0)) }
    guard !scheme.isEmpty, isWord, text[colon...].hasPrefix("://") || scheme == "file" else {
      return nil
    }
    return scheme
  }
}

extension URL {
  /// The URL for messages, without what may be secret in it.
  var shown: String { SourceAddress.shown(absoluteString) }
}
