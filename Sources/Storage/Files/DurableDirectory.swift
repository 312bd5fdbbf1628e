import Glibc

/// A directory that is filled out of sight and then published as a whole.
public struct DurableDirectory: Sendable {
  /// Where the directory is while it is filled.
  public let path: String

  /// Makes an empty directory; what an earlier process left at the path is removed.
  public init(creatingAt path: String) throws(StorageError) {
    try FileSystem.removeTree(path)
    try FileSystem.makeDirectory(path)
    self.path = path
  }

  /// Waits until the device has every file and directory below and including this one.
  public func syncTree() throws(StorageError) {
    try Self.syncTree(path)
  }

  /// Syncs the tree, moves the directory to its public path and syncs the directories around.
  ///
  /// A target that exists is refused. Until this returns, either nothing or the whole directory is
  /// at the target.
  public func publish(renamingTo target: String) throws(StorageError) {
    guard !FileSystem.exists(target) else {
      throw .cannotCreate(path: target, reason: "it exists already")
    }
    try syncTree()
    try DurableFile.move(path, to: target)
  }

  private static func syncTree(_ directory: String) throws(StorageError) {
    for name in try FileSystem.list(directory) {
      let path = PathName.joined(directory, name)
      switch try FileSystem.kind(path, followingLinks: false) {
      case S_IFLNK: continue
      case S_IFDIR: try syncTree(path)
      default:
        let file = try OpenFile(path, .read)
        try file.sync()
        try file.close()
      }
    }
    try DurableFile.syncDirectory(directory)
  }
}
