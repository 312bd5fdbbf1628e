import Acquisition

/// How a server is told who asks.
public enum AuthType: String, CaseIterable, Sendable {
  /// A token.
  case bearer
  /// A user name and a password.
  case basic
}

/// Where a job's secret is: exactly one of the places.
public struct SecretOptions: Equatable, Sendable {
  /// A variable of the environment.
  public var env: String?
  /// A file, relative to the job file.
  public var file: String?
  /// A credential that systemd gives the service.
  public var credential: String?

  /// Creates a secret without a place.
  public init() {}

  /// The place, if there is exactly one.
  var reference: SecretReference? {
    switch (env, file, credential) {
    case (let name?, nil, nil): .environment(name)
    case (nil, let path?, nil): .file(path)
    case (nil, nil, let name?): .credential(name)
    default: nil
    }
  }
}

/// What the server of a dataset wants to hear before it gives it.
public struct AuthOptions: Equatable, Sendable {
  /// How the server is told.
  public var type = AuthType.bearer
  /// The token of `bearer`.
  public var token: SecretOptions?
  /// The user name of `basic`.
  public var username: String?
  /// The password of `basic`.
  public var password: SecretOptions?

  /// Creates options without secrets.
  public init() {}

  /// What the type needs and does not have, as a key.
  var missingKey: String? {
    switch type {
    case .bearer: token == nil ? "token" : nil
    case .basic: username == nil ? "username" : password == nil ? "password" : nil
    }
  }

  /// The credentials for a server, if nothing is missing.
  func credentials(for server: String) -> Credentials? {
    switch type {
    case .bearer:
      token?.reference.map { Credentials(.bearer(token: $0), server: server) }
    case .basic:
      if let username, let password = password?.reference {
        Credentials(.basic(username: username, password: password), server: server)
      } else {
        nil
      }
    }
  }
}

extension DatasetOptions {
  /// The URL of the server that hears the credentials: the first source that is not a file, the
  /// sources of the items after those of the dataset.
  var authServer: String? {
    (sources + items.sources).map(\.location).first(where: \.isRemote)
  }

  /// The credentials of the job, which are for the first server alone.
  var credentials: Credentials? {
    guard let auth, let authServer else { return nil }
    return auth.credentials(for: authServer)
  }
}

extension Plan {
  /// Finds credentials that are incomplete, for nobody, or for a server that cannot be trusted
  /// with them.
  func authConflicts() -> [PlanConflict] {
    guard let auth = dataset.auth else { return [] }
    if let key = auth.missingKey {
      return [
        PlanConflict(
          ["dataset/auth"], "the type \"\(auth.type.rawValue)\" needs the key \"\(key)\"")
      ]
    }
    if auth.username?.contains(":") == true {
      return [
        PlanConflict(["dataset/auth/username", "dataset/auth"], "a user name cannot have a colon")
      ]
    }
    guard let server = dataset.authServer else {
      return [
        PlanConflict(
          ["dataset/auth", "dataset/sources"],
          "there is no http or https source that the credentials could be for; leave them out")
      ]
    }
    return Credentials.fault(ofServer: server).map {
      [
        PlanConflict(
          ["dataset/auth", "dataset/sources"], "\($0) in the first source with a server")
      ]
    } ?? []
  }
}

extension String {
  /// Whether a source is a URL of a server.
  fileprivate var isRemote: Bool {
    let scheme = prefix { $0 != ":" }.lowercased()
    return (scheme == "http" || scheme == "https") && dropFirst(scheme.count).hasPrefix("://")
  }
}
