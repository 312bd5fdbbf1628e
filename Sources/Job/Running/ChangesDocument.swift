import Ratings
import Storage

/// What changed since the run that was the latest: the content of `changes.json`.
struct ChangesDocument {
  /// The version of the document's layout.
  static let schemaVersion = 1

  /// A number of both runs that is compared, and where in `metrics.json` it is.
  private static let dataNumbers = [
    "rows_read", "ratings", "users", "items", "density", "mean_rating", "duplicates_merged",
    "oldest_timestamp", "newest_timestamp",
  ]

  /// The run that was the latest, or `nil` if this is the first.
  let previous: String?
  private let data: [JSONMember]
  private let testRMSE: JSONValue
  /// What cannot be said because a file of the earlier run cannot be read.
  private(set) var warnings: [String] = []

  /// Compares a dataset and the metrics of its run with what an earlier run says of its own.
  ///
  /// - Parameters:
  ///   - dataset: The dataset of the new run.
  ///   - metrics: The content of the new `metrics.json`.
  ///   - run: The identifier, the directory and the metrics of the earlier run.
  init(
    dataset: RatingsDataset, metrics: JSONValue,
    since run: (identifier: String, path: String, metrics: JSONValue?)?
  ) {
    previous = run?.identifier
    guard let run, let before = run.metrics else {
      data = []
      testRMSE = .null
      return
    }
    var members = Self.dataNumbers.compactMap { key in
      let change = Self.change(before["data"]?[key], metrics["data"]?[key])
      return change == .null ? nil : JSONMember(key: key, value: change)
    }
    for (entity, changes) in [
      ("user", Self.newAndGone(dataset.users, since: run.path, "user")),
      ("item", Self.newAndGone(dataset.items, since: run.path, "item")),
    ] {
      guard let changes else {
        warnings.append(
          "\(run.path)/model/\(entity)s.csv cannot be read; the new \(entity)s are not counted")
        continue
      }
      members.append(JSONMember(key: "new_\(entity)s", value: .integer(changes.new)))
      members.append(JSONMember(key: "gone_\(entity)s", value: .integer(changes.gone)))
    }
    data = members
    let path = ["evaluation", "model", "rmse"]
    testRMSE = Self.change(Self.value(before, path), Self.value(metrics, path))
  }

  /// The content of `changes.json`.
  var json: JSONValue {
    [
      "schema_version": .integer(Self.schemaVersion),
      "previous_run": previous.map { .string($0) } ?? .null,
      "data": data.isEmpty ? .null : .object(data),
      "test_rmse": testRMSE,
    ]
  }

  /// The changes of the most telling numbers, by name, for the log.
  var summary: [(key: String, value: String)] {
    ["ratings", "users", "items"].compactMap { key in
      data.first { $0.key == key }?.value["change"].map { ("data.\(key)_change", $0.text()) }
    }
      + ["new_users", "gone_users", "new_items", "gone_items"].compactMap { key in
        data.first { $0.key == key }.map { ("data.\(key)", $0.value.text()) }
      }
  }

  private static func value(_ json: JSONValue, _ path: [String]) -> JSONValue? {
    path.reduce(json) { value, key in value?[key] }
  }

  /// A number before and now, and by how much it grew; `null` where either is missing.
  private static func change(_ before: JSONValue?, _ now: JSONValue?) -> JSONValue {
    guard let before, let now, let old = before.doubleValue, let new = now.doubleValue else {
      return .null
    }
    let change: JSONValue =
      if let old = before.intValue, let new = now.intValue {
        .integer(new - old)
      } else {
        .numberOrNull(new - old)
      }
    return ["before": before, "now": now, "change": change]
  }

  /// How many raw ids the bundle of a run lacks, and how many only it has; `nil` if it cannot be read.
  ///
  /// They are compared byte for byte, as everywhere: two spellings of one letter are two ids.
  private static func newAndGone<Index>(
    _ now: LabelEncoder<Index>, since run: String, _ entity: String
  ) -> (new: Int, gone: Int)? {
    let path = PathName.joined(run, "model/\(entity)s.csv")
    var options = ItemsParsingOptions()
    options.columns.item = .named("\(entity)_id")
    options.columns.title = nil
    var parser = ItemsParser(file: path, format: .delimited, options: options)
    do {
      try parser.parse(FileSystem.readBytes(path))
      let earlier = LabelEncoder<Index>(fitting: try parser.finish().labels)
      return (
        new: now.labels.count { earlier.index(of: $0) == nil },
        gone: earlier.labels.count { now.index(of: $0) == nil }
      )
    } catch {
      return nil
    }
  }
}
