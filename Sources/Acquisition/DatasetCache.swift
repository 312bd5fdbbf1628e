import Foundation
import Storage

/// Downloads that are kept by their content.
///
/// `sha256/<digest>` holds the bytes, and `urls/<digest of the URL>` tells in plain lines which
/// content a URL last gave. A download grows in `partial/`, so that a file under `sha256/` is whole.
/// Who downloads a URL holds `urls/<digest of the URL>.lock` meanwhile.
struct DatasetCache: Sendable {
  /// What a URL last gave.
  struct Entry: Equatable {
    var sha256: SHA256Digest
    var etag: String?
    /// How often a server has said so; it tells whether another job asked it meanwhile.
    var revision = 0
  }

  /// How long a download may lie without another byte before it counts as left behind.
  private static let partialLifetime = 86_400.0

  let directory: String

  /// Where the file of a digest is, or would be.
  func path(of sha256: SHA256Digest) -> String {
    PathName.joined(directory, "sha256/\(sha256.hex)")
  }

  /// The file of a digest and its size, if it is there and its bytes still are what they were.
  func file(
    of sha256: SHA256Digest
  ) throws(StorageError) -> (path: String, bytes: Int)? {
    let path = path(of: sha256)
    guard FileSystem.isRegularFile(path) else { return nil }
    let (bytes, actual) = try SHA256Digest.measureFile(path)
    guard actual == sha256 else {
      try FileSystem.removeFile(path)
      return nil
    }
    return (path, bytes)
  }

  /// The download of a URL, which only the holder of its lock touches.
  func partial(of url: String) -> PartialDownload {
    PartialDownload(path: PathName.joined(partialDirectory, SHA256Digest(of: url).hex))
  }

  /// Takes the lock of a URL; `locked` if another job has it.
  func lock(_ url: String) throws(StorageError) -> FileLock {
    try lock(named: SHA256Digest(of: url).hex)
  }

  /// Removes the downloads that killed jobs left behind and that nobody came back for in a day.
  ///
  /// What cannot be removed stays: it hinders nobody.
  func sweepPartials(secondsSince1970 now: Double) {
    for name in (try? FileSystem.list(partialDirectory)) ?? [] {
      let path = PathName.joined(partialDirectory, name)
      let attributes = try? FileManager.default.attributesOfItem(atPath: path)
      guard let changed = attributes?[.modificationDate] as? Date,
        now - changed.timeIntervalSince1970 > Self.partialLifetime
      else { continue }
      // The lock tells whether someone is waiting for a slow server here.
      guard let lock = try? lock(named: String(name.prefix { $0 != "." })) else { continue }
      try? FileSystem.removeFile(path)
      lock.release()
    }
  }

  private var partialDirectory: String { PathName.joined(directory, "partial") }

  private func lock(named name: String) throws(StorageError) -> FileLock {
    let path = PathName.joined(directory, "urls/\(name).lock")
    try FileSystem.makeDirectory(PathName.parent(of: path))
    return try FileLock.acquire(
      path, holder: "process \(ProcessInfo.processInfo.processIdentifier), which downloads")
  }

  /// Takes a finished download in under its digest.
  func adopt(_ partial: PartialDownload, sha256: SHA256Digest) throws(StorageError) {
    let path = path(of: sha256)
    try FileSystem.makeDirectory(PathName.parent(of: path))
    try DurableFile.move(partial.path, to: path)
    try partial.remove()
  }

  /// What a URL last gave; an entry that cannot be understood counts as none.
  func entry(for url: String) -> Entry? {
    guard let text = try? FileSystem.readText(entryPath(url), limit: 1 << 16) else { return nil }
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    guard lines.count >= 2, let sha256 = SHA256Digest(hex: String(lines[0])) else { return nil }
    return Entry(
      sha256: sha256, etag: lines[1].isEmpty ? nil : String(lines[1]),
      revision: lines.count > 2 ? Int(lines[2]) ?? 0 : 0)
  }

  /// Remembers what a URL gave, as one revision more.
  func record(_ sha256: SHA256Digest, etag: String?, for url: String) throws(StorageError) {
    let path = entryPath(url)
    let revision = (entry(for: url)?.revision ?? 0) &+ 1
    try FileSystem.makeDirectory(PathName.parent(of: path))
    try DurableFile.write("\(sha256.hex)\n\(etag ?? "")\n\(revision)\n", to: path)
  }

  private func entryPath(_ url: String) -> String {
    PathName.joined(directory, "urls/\(SHA256Digest(of: url).hex)")
  }

  /// The cache directory of the service or user, where the job names none.
  ///
  /// In order: systemd's `CACHE_DIRECTORY`, `recjob` in `XDG_CACHE_HOME` or `~/.cache`, and
  /// `.recjob-cache` beside the job file.
  static func defaultDirectory(
    environment: [String: String], base: String
  ) -> String {
    func value(_ name: String) -> String? {
      environment[name].flatMap { $0.utf8.first == UInt8(ascii: "/") ? $0 : nil }
    }
    if let directories = value("CACHE_DIRECTORY") {
      return directories.split(separator: ":").first.map(String.init) ?? directories
    }
    if let cache = value("XDG_CACHE_HOME") { return PathName.joined(cache, "recjob") }
    if let home = value("HOME") { return PathName.joined(home, ".cache/recjob") }
    return PathName.joined(base, ".recjob-cache")
  }
}
