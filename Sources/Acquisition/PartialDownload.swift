import Foundation
import Storage

/// The bytes of a download so far, in a file that outlives a killed process.
///
/// The file beside it, `NAME.version`, holds two lines: the strong ETag that the bytes belong to, and
/// the boot of the machine that wrote them. After a power cut the system may have kept the length of
/// a file and lost its bytes, so that a download only goes on within the boot in which it began.
struct PartialDownload: Sendable {
  private static let boot: String =
    (try? FileSystem.readText("/proc/sys/kernel/random/boot_id"))?
    .trimmingCharacters(in: .whitespacesAndNewlines) ?? UUID().uuidString

  let path: String

  private var versionPath: String { path + ".version" }

  /// The number of bytes so far.
  var count: Int { (try? FileSystem.fileSize(path)) ?? 0 }

  /// How many bytes of which version are here, if a download can go on after them.
  var resumption: (offset: Int, etag: String)? {
    guard let text = try? FileSystem.readText(versionPath, limit: 1 << 16) else { return nil }
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    let count = count
    guard lines.count == 3, lines[1] == Self.boot, count > 0 else { return nil }
    return (count, String(lines[0]))
  }

  /// Opens the file after its first `start` bytes, which are all or none.
  ///
  /// From 0 on, the file is emptied and `strongETag` is what its bytes will belong to.
  func open(at start: Int, strongETag: String?) throws(StorageError) -> PartialFile {
    guard start == 0 else { return try PartialFile(path) }
    try FileSystem.makeDirectory(PathName.parent(of: path))
    // In this order: a process killed in between leaves bytes without a version, never with a wrong one.
    try FileSystem.removeFile(versionPath)
    var file = try PartialFile(path)
    try file.removeAll()
    if let strongETag { try DurableFile.write("\(strongETag)\n\(Self.boot)\n", to: versionPath) }
    return file
  }

  /// Drops the bytes.
  func remove() throws(StorageError) {
    try FileSystem.removeFile(versionPath)
    try FileSystem.removeFile(path)
  }
}
