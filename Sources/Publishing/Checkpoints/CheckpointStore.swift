public import Recommenders
import Storage

/// Keeps the checkpoint of a run that did not end, beside the runs of an output directory.
///
/// The file is a line of JSON, the tensors as a safetensors file has them, and a line with the
/// SHA-256 of all before it. It is replaced in one step, and whoever saves holds the lock of the
/// output directory.
public struct CheckpointStore: Sendable {
  /// What was found of an earlier run.
  public enum Found: Sendable {
    /// No run has left a checkpoint.
    case nothing
    /// A run of the same key has left one.
    case usable(TrainingCheckpoint)
    /// There is one that cannot be used, for a reason that ends a sentence about it.
    case ignored(reason: String)
  }

  static let format = 2
  static let fileName = "checkpoint"
  private static let partialName = ".checkpoint.tmp"
  /// The digits of a SHA-256 and a line feed.
  private static let trailerLength = 65

  /// The file.
  public let path: String
  private let directory: String
  private let key: String

  /// Names the checkpoint of a directory; one of another key is not used.
  public init(directory: String, key: String) {
    self.directory = directory
    self.key = key
    path = PathName.joined(directory, Self.fileName)
  }

  /// Reads the checkpoint.
  public func load() -> Found {
    guard FileSystem.exists(path) else { return .nothing }
    do {
      let bytes = try FileSystem.readBytes(path)
      return try read(bytes)
    } catch let error as CheckpointProblem {
      return .ignored(reason: error.reason)
    } catch {
      return .ignored(reason: "cannot be read: \(error)")
    }
  }

  /// Replaces the checkpoint; returns once the device has it.
  public func save(_ checkpoint: TrainingCheckpoint) throws(PublishingError) {
    try wrappingStorageErrors { () throws(StorageError) in
      try FileSystem.makeDirectory(directory)
      let partial = PathName.joined(directory, Self.partialName)
      try removeIfThere(partial)
      do throws(StorageError) {
        var file = try OutputFile(partial)
        let content = CheckpointContent(checkpoint)
        let record: JSONValue = [
          "format": .integer(Self.format), "key": .string(key), "trainings": content.record,
        ]
        try file.write(record.text() + "\n")
        try Safetensors.write(content.tensors, to: &file)
        try file.write("\(try file.digest().hex)\n")
        _ = try file.close(sync: true)
        try DurableFile.move(partial, to: path)
      } catch {
        try? removeIfThere(partial)
        throw error
      }
    }
  }

  /// Removes the checkpoint, and what a killed process left of one, if they are there.
  public func remove() throws(PublishingError) {
    try wrappingStorageErrors { () throws(StorageError) in
      try removeIfThere(PathName.joined(directory, Self.partialName))
      try removeIfThere(path)
    }
  }

  private func digest(of bytes: [UInt8], upTo end: Int) -> SHA256Digest {
    var hasher = SHA256Digest.Hasher()
    hasher.update(bytes.span.extracting(0..<end))
    return hasher.finish()
  }

  private func removeIfThere(_ path: String) throws(StorageError) {
    if FileSystem.exists(path) { try FileSystem.removeFile(path) }
  }

  private func read(_ bytes: [UInt8]) throws -> Found {
    let end = bytes.count - Self.trailerLength
    guard end > 0, bytes[end...].elementsEqual("\(digest(of: bytes, upTo: end).hex)\n".utf8),
      let lineEnd = bytes.firstIndex(of: UInt8(ascii: "\n")), lineEnd < end
    else { throw CheckpointProblem(reason: "is damaged") }
    let record = try JSONParser.parseValue(Array(bytes[..<lineEnd]), path: path)
    guard record["format"]?.intValue == Self.format else {
      throw CheckpointProblem(reason: "was written by another version of the program")
    }
    guard record["key"]?.stringValue == key else {
      throw CheckpointProblem(reason: "belongs to another plan, dataset or version of the program")
    }
    do {
      let tensors = try Safetensors.read(bytes, in: (lineEnd + 1)..<end)
      return .usable(try CheckpointContent.checkpoint(of: record["trainings"], tensors))
    } catch let error as SafetensorsProblem {
      throw CheckpointProblem(reason: error.reason)
    }
  }
}

/// What makes a checkpoint useless, as the end of a sentence that starts with its name.
struct CheckpointProblem: Error, Equatable {
  let reason: String
}
