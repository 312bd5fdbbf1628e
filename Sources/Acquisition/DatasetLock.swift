import Foundation
import Storage

/// The digest that the first fetch of a dataset recorded, in a file beside the job.
struct DatasetLock: Codable, Equatable {
  var sources: [String]
  var sha256: String

  /// Reads the file; `nil` if there is none yet.
  static func read(_ path: String) throws(StorageError) -> DatasetLock? {
    guard FileSystem.exists(path) else { return nil }
    let bytes = try FileSystem.readBytes(path, limit: 1 << 20)
    do {
      let lock = try JSONDecoder().decode(DatasetLock.self, from: Data(bytes))
      if SHA256Digest(hex: lock.sha256) != nil { return lock }
    } catch {
      // Told below: what matters is the file, not the decoder's view of it.
    }
    throw .malformedJSON(
      path: path, line: 1, column: 1,
      reason: "not a lock file of a dataset; remove it to record the dataset anew")
  }

  func write(to path: String) throws(StorageError) {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    guard let data = try? encoder.encode(self) else {
      preconditionFailure("strings always have a JSON form")
    }
    try DurableFile.write(Array(data) + Array("\n".utf8), to: path)
  }
}
