import Foundation
import Storage

/// Downloads that are kept by their content.
///
/// `sha256/<digest>` holds the bytes, and `urls/<digest of the URL>` tells in plain lines which
/// content a URL last gave. A download grows in `partial/`, so that a file under `sha256/` is whole.
struct DatasetCache: Sendable {
  /// What a URL last gave.
  struct Entry: Equatable {
    var sha256: SHA256Digest
    var etag: String?
  }

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

  /// The path of a download of this process that is about to begin.
  func partialPath(for url: String) throws(StorageError) -> String {
    let name = "partial/\(SHA256Digest(of: url).hex).\(ProcessInfo.processInfo.processIdentifier)"
    let path = PathName.joined(directory, name)
    try FileSystem.makeDirectory(PathName.parent(of: path))
    try FileSystem.removeFile(path)
    return path
  }

  /// Takes a finished download in under its digest.
  func adopt(_ partial: String, sha256: SHA256Digest) throws(StorageError) {
    let path = path(of: sha256)
    try FileSystem.makeDirectory(PathName.parent(of: path))
    try DurableFile.move(partial, to: path)
  }

  /// What a URL last gave; an entry that cannot be understood counts as none.
  func entry(for url: String) -> Entry? {
    guard let text = try? FileSystem.readText(entryPath(url), limit: 1 << 16) else { return nil }
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    guard lines.count >= 2, let sha256 = SHA256Digest(hex: String(lines[0])) else { return nil }
    return Entry(sha256: sha256, etag: lines[1].isEmpty ? nil : String(lines[1]))
  }

  /// Remembers what a URL gave.
  func record(_ entry: Entry, for url: String) throws(StorageError) {
    let path = entryPath(url)
    try FileSystem.makeDirectory(PathName.parent(of: path))
    try DurableFile.write("\(entry.sha256.hex)\n\(entry.etag ?? "")\n", to: path)
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
