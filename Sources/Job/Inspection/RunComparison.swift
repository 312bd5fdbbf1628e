public import Publishing
import Ratings
import Recommenders
import Storage

/// What differs between two published runs: files, settings, data, metrics and lists.
public struct RunComparison: Sendable {
  /// The version of the layout of ``jsonText``.
  private static let schemaVersion = 1

  /// How the files of the two manifests compare, each kind sorted by path.
  struct Files: Sendable {
    var same: [String] = []
    var different: [String] = []
    var onlyBefore: [String] = []
    var onlyNow: [String] = []

    init(_ before: Manifest, _ now: Manifest) {
      let digests = Dictionary(now.entries.map { ($0.path, $0.sha256) }) { first, _ in first }
      for entry in before.entries {
        switch digests[entry.path] {
        case nil: onlyBefore.append(entry.path)
        case entry.sha256: same.append(entry.path)
        default: different.append(entry.path)
        }
      }
      let paths = Set(before.entries.map(\.path))
      onlyNow = now.entries.map(\.path).filter { !paths.contains($0) }
    }
  }

  /// A value that has a name in both runs or in one.
  struct Value: Sendable {
    let name: String
    let before: JSONValue?
    let now: JSONValue?
  }

  let names: (before: String, now: String)
  let files: Files
  /// The settings of the plans that differ.
  let settings: [Value]
  /// The numbers of `metrics.json`: those of the data, and the others.
  let data: [Value]
  let metrics: [Value]
  /// How the lists differ, or why that is not known.
  let lists: Result<ListsDocument, PublishingError>

  /// Compares two runs, each given by its directory, by an output directory for its latest run, or by
  /// the name of a run beside the other.
  ///
  /// - Throws: `PublishingError` if one of them is no run or its manifest cannot be read. Where only a
  ///   part cannot be compared, the comparison says so.
  public init(before: String, now: String) throws(PublishingError) {
    let earlier = try Self.run(try Self.place(before, beside: now))
    let later = try Self.run(try Self.place(now, beside: before))
    names = (earlier.identifier, later.identifier)
    files = Files(
      try RunDirectory.manifest(ofRun: earlier.path), try RunDirectory.manifest(ofRun: later.path))
    settings = Self.values(earlier.json("plan.json"), later.json("plan.json")).filter {
      $0.before != $0.now
    }
    let values = Self.values(earlier.metrics, later.metrics).filter {
      $0.before?.doubleValue != nil || $0.now?.doubleValue != nil
    }
    data = values.filter { $0.name.hasPrefix("data.") }
    metrics = values.filter { !$0.name.hasPrefix("data.") && $0.name != "schema_version" }
    lists = Result { () throws(PublishingError) in try Self.compareLists(earlier, later) }
  }

  /// Where a run is that may be given by its bare name: in the output directory that the other one
  /// is, or is in.
  private static func place(
    _ name: String, beside other: String
  ) throws(PublishingError) -> String {
    guard RunIdentifier(name) != nil, !FileSystem.exists(name) else { return name }
    guard FileSystem.isDirectory(other), let run = try? FileSystem.resolved(other) else {
      throw .runWithoutOutput(run: name)
    }
    let isOutput = FileSystem.isDirectory(PathName.joined(other, "runs"))
    let path =
      isOutput ? RunDirectory(other).runPath(name) : PathName.joined(PathName.parent(of: run), name)
    guard FileSystem.isDirectory(path) else {
      let output = isOutput ? other : PathName.parent(of: PathName.parent(of: run))
      throw .unknownRun(
        output: output, run: name,
        known: try RunDirectory(output).runs().map { "\($0.identifier)" })
    }
    return path
  }

  private static func run(_ path: String) throws(PublishingError) -> PreviousRun {
    guard FileSystem.isDirectory(path) else { throw .storage(.notFound(path: path)) }
    let directory = try RunDirectory.resolvingLatest(path)
    let absolute = (try? FileSystem.resolved(directory)) ?? directory
    return PreviousRun(identifier: PathName.lastComponent(of: absolute), path: directory)
  }

  private static func compareLists(
    _ before: PreviousRun, _ now: PreviousRun
  ) throws(PublishingError) -> ListsDocument {
    let lists = try PublishedLists.ranked(run: now.path)
    let comparison = try before.compareLists(with: lists, k: now.k ?? max(lists.longest, 1))
    let items = (before.items, now.items)
    return ListsDocument(
      comparison, before: (items.0?.labels ?? [], items.0?.details ?? []),
      now: (items.1?.labels ?? [], items.1?.details ?? []),
      items: (
        before.metrics?["data"]?["items"]?.intValue, now.metrics?["data"]?["items"]?.intValue
      ))
  }

  /// The values of two documents by their keys, joined by points, in the order of the second, then
  /// those that only the first has.
  private static func values(_ before: JSONValue?, _ now: JSONValue?) -> [Value] {
    let earlier = leaves(before ?? .object([]), name: "")
    let later = leaves(now ?? .object([]), name: "")
    let old = Dictionary(earlier.map { ($0.key, $0.value) }) { first, _ in first }
    let names = Set(later.map(\.key))
    return later.map { Value(name: $0.key, before: old[$0.key], now: $0.value) }
      + earlier.filter { !names.contains($0.key) }.map {
        Value(name: $0.key, before: $0.value, now: nil)
      }
  }

  private static func leaves(_ value: JSONValue, name: String) -> [JSONMember] {
    guard case .object(let members) = value else { return [JSONMember(key: name, value: value)] }
    return members.flatMap { member in
      leaves(member.value, name: name.isEmpty ? member.key : "\(name).\(member.key)")
    }
  }
}

extension RunComparison {
  /// The comparison as a JSON object.
  public var jsonText: String {
    func paths(_ paths: [String]) -> JSONValue { .array(paths.map { .string($0) }) }
    func changes(_ values: [Value]) -> JSONValue {
      .object(
        values.map { value in
          let change = JSONChange.value(value.before, value.now)
          return JSONMember(key: value.name, value: change == .null ? both(value) : change)
        })
    }
    func both(_ value: Value) -> JSONValue {
      ["before": value.before ?? .null, "now": value.now ?? .null]
    }
    let lists: JSONValue =
      switch lists {
      case .success(let lists): lists.json
      case .failure(let error): ["not_compared": .string("\(error)")]
      }
    let document: JSONValue = [
      "schema_version": .integer(Self.schemaVersion),
      "before": .string(names.before),
      "now": .string(names.now),
      "files": [
        "same": paths(files.same), "different": paths(files.different),
        "only_before": paths(files.onlyBefore), "only_now": paths(files.onlyNow),
      ],
      "settings": .object(settings.map { JSONMember(key: $0.name, value: both($0)) }),
      "data": changes(data),
      "metrics": changes(metrics),
      "lists": lists,
    ]
    return document.prettyText()
  }
}
