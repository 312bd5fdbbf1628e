import Foundation
import Storage

/// Where a secret is; the secret itself is only read when a server is about to be asked.
public enum SecretReference: Equatable, Sendable {
  /// A variable of the process' environment.
  case environment(String)
  /// A file, relative to the job file; a line end after its last line does not count.
  case file(String)
  /// A credential of the service, in systemd's `CREDENTIALS_DIRECTORY`.
  case credential(String)
}

/// What a server wants to hear before it gives the dataset.
public struct Credentials: Equatable, Sendable {
  /// How a server is told.
  public enum Scheme: Equatable, Sendable {
    /// A token, after RFC 6750.
    case bearer(token: SecretReference)
    /// A name and a password, after RFC 7617.
    case basic(username: String, password: SecretReference)
  }

  /// How the server is told.
  public var scheme: Scheme
  /// A URL of the only server that is told: the same scheme, host and port.
  public var server: String

  /// Creates the credentials of one server.
  public init(_ scheme: Scheme, server: String) {
    self.scheme = scheme
    self.server = server
  }

  /// Why credentials are never sent to this URL, or `nil`.
  public static func fault(ofServer url: String) -> String? {
    guard let url = URL(string: url), let origin = ServerOrigin(url) else {
      return "credentials are sent to http and https URLs only"
    }
    return origin.isPlain && !origin.isLoopback
      ? "credentials are not sent over plain http; use https" : nil
  }

  /// Reads the secret.
  func authorization(
    environment: [String: String], base: String
  ) throws(AcquisitionError) -> Authorization {
    func read(_ reference: SecretReference) throws(AcquisitionError) -> String {
      try reference.read(environment: environment, base: base)
    }
    let value =
      switch scheme {
      case .bearer(let token): "Bearer \(try read(token))"
      case .basic(let username, let password):
        "Basic \(Data("\(username):\(try read(password))".utf8).base64EncodedString())"
      }
    return Authorization(
      value, origin: URL(string: server).flatMap { ServerOrigin($0) },
      isProxied: !ProxyEnvironment(environment).leavesOut(URL(string: server)?.host ?? ""))
  }
}

extension SecretReference {
  /// Reads the secret, which is one line; a relative file is below `base`.
  ///
  /// - Throws: `AcquisitionError.secretMissing` or `.storage`, neither of which shows the secret.
  public func read(
    environment: [String: String], base: String
  ) throws(AcquisitionError) -> String {
    switch self {
    case .environment(let name):
      guard let text = environment[name] else {
        throw .secretMissing(reason: "the environment has no variable \(name)")
      }
      return try Self.checked(text, "the variable \(name)")
    case .file(let path):
      return try Self.read(PathName.joined(base, path))
    case .credential(let name):
      guard let directory = environment["CREDENTIALS_DIRECTORY"], !directory.isEmpty else {
        throw .secretMissing(
          reason:
            "there is no credential \(name): CREDENTIALS_DIRECTORY is unset"
        )
      }
      return try Self.read(PathName.joined(directory, name))
    }
  }

  private static func read(_ path: String) throws(AcquisitionError) -> String {
    do {
      return try checked(try FileSystem.readText(path, limit: 1 << 16), "the file \(path)")
    } catch StorageError.notFound {
      throw .secretMissing(reason: "the file \(path) does not exist")
    } catch let error as StorageError {
      throw .storage(error)
    } catch let error as AcquisitionError {
      throw error
    } catch {
      preconditionFailure("reading a file fails in these two ways only")
    }
  }

  /// A text that is one line, as a header must be.
  private static func checked(
    _ text: String, _ place: String
  ) throws(AcquisitionError) -> String {
    var secret = text.unicodeScalars[...]
    if secret.last == "\n" { secret.removeLast() }
    if secret.last == "\r" { secret.removeLast() }
    guard !secret.isEmpty else { throw .secretMissing(reason: "\(place) is empty") }
    guard secret.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7f }) else {
      throw .secretMissing(reason: "\(place) has more than one line, or control characters")
    }
    return String(secret)
  }
}

/// The header that a server is shown, and the server it is for.
///
/// Neither its text nor its mirror shows the secret.
struct Authorization: Sendable, CustomStringConvertible, CustomReflectable {
  private let value: String
  private let origin: ServerOrigin?
  private let isProxied: Bool

  init(_ value: String, origin: ServerOrigin?, isProxied: Bool) {
    self.value = value
    self.origin = origin
    self.isProxied = isProxied
  }

  var description: String { "credentials" }
  var customMirror: Mirror { Mirror(self, children: []) }

  /// The header for a URL, or `nil` if its server is another.
  func header(for url: URL) throws(AcquisitionError) -> String? {
    guard let origin, ServerOrigin(url) == origin else { return nil }
    if let reason = Credentials.fault(ofServer: url.absoluteString) {
      throw .refused(url: url.shown, reason: reason)
    }
    if origin.isPlain, isProxied {
      throw .refused(
        url: url.shown,
        reason: "credentials would pass a proxy over plain http; put the host into no_proxy")
    }
    return value
  }
}

/// A scheme, host and port.
struct ServerOrigin: Equatable, Sendable {
  private let scheme: String
  private let host: String
  private let port: Int

  /// The server of an http or https URL.
  init?(_ url: URL) {
    guard let scheme = url.scheme?.lowercased(), ["http", "https"].contains(scheme),
      let host = url.host?.lowercased(), !host.isEmpty
    else { return nil }
    self.scheme = scheme
    self.host = host
    port = url.port ?? (scheme == "https" ? 443 : 80)
  }

  /// Whether anyone on the way can read what is sent.
  var isPlain: Bool { scheme == "http" }

  /// Whether the server is this machine, whatever a resolver says.
  var isLoopback: Bool { NetworkAddress.isLoopback(host: host) }
}

/// The proxies that the environment names for plain http.
struct ProxyEnvironment {
  private let hasProxy: Bool
  private let exceptions: [String]

  init(_ environment: [String: String]) {
    func value(_ names: String...) -> String {
      names.lazy.compactMap { environment[$0] }.first { !$0.isEmpty } ?? ""
    }
    hasProxy = !value("http_proxy", "all_proxy", "ALL_PROXY").isEmpty
    exceptions = value("no_proxy", "NO_PROXY").lowercased()
      .split { $0 == "," || $0 == " " }.map(String.init)
  }

  /// Whether a host is asked directly.
  func leavesOut(_ host: String) -> Bool {
    !hasProxy || exceptions.contains("*") || exceptions.contains(host.lowercased())
  }
}
