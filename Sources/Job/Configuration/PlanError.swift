public import Storage

/// A reason why a job file does not become a plan.
public enum PlanError: Error, Equatable, Sendable {
  /// A job file that cannot be read.
  case unreadable(StorageError)
  /// A job file that is not JSON; only the first fault of the grammar is known.
  case malformed(JSONError)
  /// A job file with faults, all of them, in the order of the file.
  case faulty([JobFault])
}

extension PlanError: CustomStringConvertible {
  /// The faults, one on each line.
  public var description: String {
    switch self {
    case .unreadable(let error): error.description
    case .malformed(let error): error.description
    case .faulty(let faults): faults.map(\.description).joined(separator: "\n")
    }
  }
}

/// One thing that is wrong with a job file.
public struct JobFault: Equatable, Sendable, CustomStringConvertible {
  /// Where a value was written.
  public enum Origin: Equatable, Sendable {
    /// In the job file.
    case file(path: String, position: TextPosition)
    /// In a `--set` of the command line, with its path.
    case override(path: String)
  }

  /// Where the value was written.
  public let origin: Origin
  /// The key that is at fault.
  public let pointer: JSONPointer
  /// What is wrong and what would be right.
  public let reason: String

  /// Creates a fault.
  public init(origin: Origin, pointer: JSONPointer, reason: String) {
    self.origin = origin
    self.pointer = pointer
    self.reason = reason
  }

  /// The place, the key and the reason in one line.
  public var description: String {
    let key = pointer.tokens.isEmpty ? "the top level" : pointer.description
    return switch origin {
    case .file(let path, let position):
      "\(path):\(position.line):\(position.column): at \(key): \(reason)"
    case .override(let path):
      "--set \(path): at \(key): \(reason)"
    }
  }
}
