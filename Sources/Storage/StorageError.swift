/// A reason why bytes could not be read, written or trusted.
public enum StorageError: Error, Equatable, Sendable {
  /// A file or directory that is not there.
  case notFound(path: String)
  /// A file or directory that this user may not read, or may not write.
  case permissionDenied(path: String, isWritten: Bool)
  /// A file or directory that cannot be made at this place.
  case cannotCreate(path: String, reason: String)
  /// A read, write or sync that the system refused.
  case ioFailure(path: String, operation: String, reason: String)
  /// A file system without room, with the bytes that were to be written, those that are free, and
  /// the number of files that may still be made where that is bounded.
  case outOfSpace(path: String, neededBytes: Int?, freeBytes: Int?, freeFiles: Int? = nil)
  /// A lock that another process holds, with the line that the holder wrote.
  case locked(path: String, holder: String)
  /// An archive or compressed file whose bytes contradict themselves or end too early.
  case damagedArchive(path: String, reason: String)
  /// An archive that is not read: unrecognised, encrypted, over a limit or with a hostile name.
  case refusedArchive(path: String, reason: String)
  /// A member that was asked for and that the archive does not have.
  case memberNotFound(path: String, member: String)
  /// A file whose SHA-256 is not the expected one, both in hexadecimal.
  case digestMismatch(path: String, expected: String, actual: String)
  /// A file that was to be text and is not UTF-8.
  case notUTF8(path: String)
  /// A JSON text that breaks the grammar, or a JSON file that lacks what it must hold.
  case malformedJSON(path: String, line: Int, column: Int, reason: String)
}

extension StorageError: CustomStringConvertible {
  /// The failure as one sentence for a person.
  public var description: String {
    switch self {
    case .notFound(let path):
      "\(path) does not exist."
    case .permissionDenied(let path, let isWritten):
      "\(path): permission denied; "
        + (isWritten ? "let this user write it and its directory." : "let this user read it.")
    case .cannotCreate(let path, let reason):
      "\(path) cannot be created: \(reason)."
    case .ioFailure(let path, let operation, let reason):
      "\(path): \(operation) failed: \(reason)."
    case .outOfSpace(let path, let neededBytes, let freeBytes, let freeFiles):
      "\(path): no space left on the device\(Self.space(neededBytes, freeBytes, freeFiles))."
    case .locked(let path, let holder):
      "\(path) is locked by \(holder.isEmpty ? "another process" : holder); try again later."
    case .damagedArchive(let path, let reason):
      "\(path) is damaged: \(reason)."
    case .refusedArchive(let path, let reason):
      "\(path) is refused: \(reason)."
    case .memberNotFound(let path, let member):
      "\(path) has no member \"\(member)\"."
    case .digestMismatch(let path, let expected, let actual):
      "\(path) has the SHA-256 \(actual), but \(expected) was expected."
    case .notUTF8(let path):
      "\(path) is not UTF-8 text."
    case .malformedJSON(let path, let line, let column, let reason):
      "\(path):\(line):\(column): \(reason)."
    }
  }

  private static func space(_ neededBytes: Int?, _ freeBytes: Int?, _ freeFiles: Int?) -> String {
    let parts = [
      neededBytes.map { "\($0) bytes were to be written" },
      freeBytes.map { "\($0) bytes are free" },
      freeFiles == 0 ? "no more files can be made" : nil,
    ]
    let facts = parts.compactMap(\.self)
    return facts.isEmpty ? "" : " (" + facts.joined(separator: ", ") + ")"
  }
}
