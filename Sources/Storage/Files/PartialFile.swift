/// A file that grows at its end and may be begun again, as a download does.
public struct PartialFile: ~Copyable, Sendable {
  private let file: OpenFile
  /// The number of bytes in the file.
  public private(set) var count: Int

  /// Opens a file at its end, and makes it with mode 0640 if it is missing.
  public init(_ path: String) throws(StorageError) {
    let file = try OpenFile(path, .append)
    count = try FileSystem.fileSize(path)
    self.file = file
  }

  /// Adds bytes at the end.
  public mutating func append(_ bytes: Span<UInt8>) throws(StorageError) {
    try file.write(bytes)
    count += bytes.count
  }

  /// Drops all bytes.
  public mutating func removeAll() throws(StorageError) {
    try file.truncate()
    count = 0
  }

  /// Waits until the device has the bytes and closes the file.
  public consuming func close() throws(StorageError) {
    try file.sync()
    try file.close()
  }
}
