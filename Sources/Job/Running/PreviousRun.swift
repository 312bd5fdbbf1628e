import Publishing
import Ratings
import Recommenders
import Storage

/// A published run that another is compared with, by nothing but its files.
struct PreviousRun {
  let identifier: String
  let path: String
  /// The content of its `metrics.json`, or `nil` if that cannot be read.
  let metrics: JSONValue?

  init(_ run: RunDirectory.PublishedRun) {
    self.init(identifier: "\(run.identifier)", path: run.path, metrics: run.metrics)
  }

  init(identifier: String, path: String) {
    self.init(identifier: identifier, path: path, metrics: Self.json("metrics.json", in: path))
  }

  private init(identifier: String, path: String, metrics: JSONValue?) {
    self.identifier = identifier
    self.path = path
    self.metrics = metrics
  }

  /// A file of JSON of the run, or `nil` if it cannot be read.
  func json(_ name: String) -> JSONValue? { Self.json(name, in: path) }

  private static func json(_ name: String, in path: String) -> JSONValue? {
    guard let bytes = try? FileSystem.readBytes(PathName.joined(path, name)) else { return nil }
    return try? JSONParser.parseValue(bytes, path: name)
  }

  /// The length of its lists, as its plan says; a file that was damaged may say anything.
  var k: Int? {
    json("plan.json")?["recommend"]?["k"]?.intValue.flatMap { $0 >= 1 ? $0 : nil }
  }

  /// Whether its model and its split are those of a result plan, so that errors and lists of both may be
  /// expected to be alike.
  func isComparable(with resultPlan: JSONValue) -> Bool {
    guard let plan = json("model/plan.json") else { return false }
    return plan["model"] == resultPlan["model"] && plan["split"] == resultPlan["split"]
  }

  /// Compares its lists with newer ones, on the shorter of both lengths.
  func compareLists(
    with now: RankedLists, k: Int
  ) throws(PublishingError) -> ListComparison {
    var comparer = ListComparer(now: now, k: min(k, self.k ?? k))
    try PublishedLists.read(run: path) { comparer.add($0) }
    return comparer.finish()
  }

  /// The ids of its bundle's users; `nil` if they cannot be read.
  var users: [String]? { table("user")?.labels }

  /// The items of its bundle; `nil` if they cannot be read.
  var items: RawItems? { table("item") }

  /// Where the bundle lists its users or items.
  func tablePath(_ entity: String) -> String { PathName.joined(path, "model/\(entity)s.csv") }

  private func table(_ entity: String) -> RawItems? {
    var options = ItemsParsingOptions()
    options.columns.item = .named("\(entity)_id")
    options.columns.title = entity == "item" ? .named("title") : nil
    var parser = ItemsParser(file: tablePath(entity), format: .delimited, options: options)
    do {
      try parser.parse(FileSystem.readBytes(tablePath(entity)))
      return try parser.finish()
    } catch {
      return nil
    }
  }
}
