import Foundation
import Storage

extension DatasetSource {
  /// The size of the dataset in bytes as far as this machine knows it, or `nil`.
  ///
  /// It is that of the first source that is a file or directory here, or that the cache has. Nothing
  /// is fetched, and no digest is checked.
  public func localSize(relativeTo base: String) -> Int? {
    let directory =
      cacheDirectory
      ?? DatasetCache.defaultDirectory(
        environment: ProcessInfo.processInfo.environment, base: base)
    let cache = DatasetCache(directory: directory)
    for source in sources {
      guard let address = try? SourceAddress(source.url, relativeTo: base) else { continue }
      switch address {
      case .local(let path):
        if let size = Self.size(path) { return size }
      case .remote:
        let digest =
          (source.sha256 ?? sha256).flatMap { SHA256Digest(hex: $0) }
          ?? cache.entry(for: source.url)?.sha256
        if let digest, let size = Self.size(cache.path(of: digest)) { return size }
      }
    }
    return nil
  }

  private static func size(_ path: String) -> Int? {
    if FileSystem.isRegularFile(path) { return try? FileSystem.fileSize(path) }
    guard FileSystem.isDirectory(path) else { return nil }
    let files = try? FileSystem.listTree(path)
    return files?.reduce(0) {
      $0 + ((try? FileSystem.fileSize(PathName.joined(path, $1))) ?? 0)
    }
  }
}
