/// Writes a new zip member by member, from bytes as they come.
///
/// The bytes of the archive depend on the names, the contents and the version of zlib alone: members
/// carry no time. One that is dropped without `close` is left incomplete where it is.
public struct ZipWriter: ~Copyable {
  private let file: OpenFile
  private let handle: WriteHandle

  /// Creates an archive with mode 0640; one that exists is refused.
  public init(_ path: String) throws(StorageError) {
    // Assigned last, since an init that has begun a noncopyable value cannot throw.
    let file = try OpenFile(path, .createNew)
    let handle = try WriteHandle(file, .zip)
    self.file = file
    self.handle = handle
  }

  /// Adds a member whose bytes `body` hands over piece by piece.
  ///
  /// The writer keeps no more than the piece that it is given, so that memory does not grow with
  /// the member. An error of `body` is thrown on, and the archive cannot be gone on with.
  public func add(
    _ name: String,
    _ body: (_ write: ([UInt8]) throws(StorageError) -> Void) throws(StorageError) -> Void
  ) throws(StorageError) {
    try handle.begin(name)
    try body { (bytes) throws(StorageError) in try handle.append(bytes.span) }
    try handle.end()
  }

  /// Writes the end of the archive and closes the file.
  public consuming func close() throws(StorageError) {
    try handle.close()
    try file.close()
  }
}
