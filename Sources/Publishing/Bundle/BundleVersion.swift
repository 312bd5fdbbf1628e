public import Storage

/// What a bundle holds, as one digest: equal for equal models of equal data, whoever made them.
///
/// SHA-256 over `path NUL sha256 LF` of `config.json`, `items.csv`, `model.safetensors`,
/// `seen.safetensors` and `users.csv`, sorted by path. Metrics, plan and model card do not count.
public struct BundleVersion: Hashable, Sendable, CustomStringConvertible {
  /// The files that count, sorted.
  static let files = [
    BundleFile.configuration, BundleFile.items, BundleFile.model, BundleFile.seen,
    BundleFile.users,
  ].sorted(by: PathName.byteOrder)

  /// The whole digest.
  public let digest: SHA256Digest

  /// The first 12 hexadecimal digits, which names show.
  public var short: String { String(digest.hex.prefix(12)) }

  /// The digest as 64 hexadecimal digits.
  public var description: String { digest.hex }

  /// Computes the version from the manifest of a bundle, or returns `nil` if it lacks a file.
  public init?(manifest: Manifest) {
    var text = ""
    for file in Self.files {
      guard let entry = manifest.entries.first(where: { $0.path == file }) else { return nil }
      text += "\(file)\0\(entry.sha256.hex)\n"
    }
    digest = SHA256Digest(of: text)
  }
}

/// The names of the files of a bundle.
enum BundleFile {
  static let configuration = "config.json"
  static let model = "model.safetensors"
  static let seen = "seen.safetensors"
  static let users = "users.csv"
  static let items = "items.csv"
  static let metrics = "metrics.json"
  static let card = "README.md"
  static let plan = "plan.json"
}
