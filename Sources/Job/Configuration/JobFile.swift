public import Storage

/// A job file as written, with the overrides of the command line in place.
public struct JobFile: Equatable, Sendable {
  /// The file.
  public let path: String
  /// The directory that relative paths of the job are resolved against.
  public let baseDirectory: String
  /// The name of the job's own file in that directory.
  public let name: String
  /// The document with the overrides applied.
  public let root: JSONNode
  /// The overrides, in the order in which they were applied.
  public let overrides: [JobOverride]

  /// Reads a job file and applies overrides.
  ///
  /// Relative paths are relative to the file's directory. The `plan.json` of a published run keeps
  /// the paths of the job that it ran: they stay relative to the `job_directory` that the
  /// `run.json` beside it names.
  public init(contentsOf path: String, overrides: [JobOverride] = []) throws(PlanError) {
    let bytes: [UInt8]
    do {
      bytes = try FileSystem.readBytes(path)
    } catch {
      throw .unreadable(error)
    }
    let home = Self.home(of: path)
    try self.init(
      bytes: bytes, path: path, baseDirectory: home.directory, name: home.name,
      overrides: overrides)
  }

  /// Reads a job file from its bytes and applies overrides; `path` is what faults name, and `name`
  /// is by default its last part.
  public init(
    bytes: [UInt8], path: String, baseDirectory: String, name: String? = nil,
    overrides: [JobOverride] = []
  ) throws(PlanError) {
    var root: JSONNode
    do {
      root = try JSONParser.parse(bytes, path: path)
    } catch {
      throw .malformed(error)
    }
    var faults: [JobFault] = []
    for (index, override) in overrides.enumerated() {
      let node = JSONNode(override.value, position: Self.position(ofOverride: index))
      if let obstacle = root.set(node, at: override.pointer.tokens[...]) {
        faults.append(
          JobFault(
            origin: .override(path: override.path), pointer: override.pointer,
            reason: "\(obstacle) cannot hold this key"))
      }
    }
    guard faults.isEmpty else { throw .faulty(faults) }
    do {
      root = try root.readingItemLists { (list) throws(StorageError) in
        try FileSystem.readText(Self.resolved(list, in: baseDirectory))
      }
    } catch {
      throw .unreadable(error)
    }
    self.path = path
    self.baseDirectory = baseDirectory
    self.name = name ?? PathName.lastComponent(of: path)
    self.root = root
    self.overrides = overrides
  }

  /// Returns a path of the job as a path of this process.
  public func resolved(_ path: String) -> String {
    Self.resolved(path, in: baseDirectory)
  }

  private static func resolved(_ path: String, in directory: String) -> String {
    PathName.joined(directory == "." ? "" : directory, path)
  }

  /// The file that holds the dataset, or a part of it, to earlier bytes, beside the job's own.
  public func pinFile(of part: String? = nil) -> String {
    let stem = name.hasSuffix(".json") ? String(name.dropLast(5)) : name
    return resolved(stem + (part.map { ".\($0)" } ?? "") + ".lock.json")
  }

  /// Returns where the value at a position of the document was written.
  func origin(of position: TextPosition) -> JobFault.Origin {
    guard position.line == 0 else { return .file(path: path, position: position) }
    return .override(path: overrides[position.column - 1].path)
  }

  /// What is wrong with the key at a pointer, or with what should hold it.
  func fault(at pointer: JSONPointer, _ reason: String) -> JobFault {
    JobFault(
      origin: origin(of: root.position(of: pointer)), pointer: pointer, reason: reason)
  }

  /// The place of an override's value: line 0, which no file has.
  private static func position(ofOverride index: Int) -> TextPosition {
    TextPosition(line: 0, column: index + 1)
  }

  /// The directory and the name of the job's own file, which for the plan of a published run are
  /// those that its `run.json` names.
  private static func home(of path: String) -> (directory: String, name: String) {
    let (parent, name) = (PathName.parent(of: path), PathName.lastComponent(of: path))
    let record = PathName.joined(parent, "run.json")
    guard name == "plan.json", FileSystem.isRegularFile(record),
      let run = try? JSONParser.parseFile(record),
      case .string(let directory) = run["job_directory"]?.kind
    else { return (parent, name) }
    guard case .string(let job) = run["job_file"]?.kind else { return (directory, name) }
    return (directory, job)
  }
}
