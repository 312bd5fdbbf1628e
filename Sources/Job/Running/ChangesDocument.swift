import Publishing
import Ratings
import Recommenders
import Storage

/// What changed since the run that was the latest: the content of `changes.json`.
struct ChangesDocument {
  /// The version of the document's layout.
  static let schemaVersion = 2

  /// A number of both runs that is compared, and where in `metrics.json` it is.
  static let dataNumbers = [
    "rows_read", "ratings", "users", "items", "density", "mean_rating", "duplicates_merged",
    "oldest_timestamp", "newest_timestamp",
  ]

  /// The run that was the latest, or `nil` if this is the first.
  let previous: PreviousRun?
  /// Whether model and split are those of the earlier run.
  let isComparable: Bool
  /// How the lists differ; `nil` on a first run, and where `listsProblem` says why not.
  private(set) var lists: ListsDocument?
  private var listsProblem: String?
  private var data: [JSONMember] = []
  private var testRMSE = JSONValue.null
  /// What cannot be said because a file of the earlier run cannot be read.
  private(set) var warnings: [String] = []

  /// Compares a result with what an earlier run has published.
  ///
  /// - Parameters:
  ///   - result: The new result.
  ///   - k: The length of its lists.
  ///   - resultPlan: Its result plan.
  ///   - previous: The earlier run.
  init(_ result: JobResult, k: Int, resultPlan: JSONValue, since previous: PreviousRun?) {
    self.previous = previous
    isComparable = previous?.isComparable(with: resultPlan) ?? false
    guard let previous else { return }
    let items = previous.items
    compareData(result, items: items, with: previous)
    compareLists(result, k: k, items: items, with: previous)
  }

  private mutating func compareData(
    _ result: JobResult, items: RawItems?, with previous: PreviousRun
  ) {
    guard let before = previous.metrics else {
      warnings.append("the metrics of \(previous.path) cannot be read; they are not compared with")
      return
    }
    data = Self.dataNumbers.compactMap { key in
      let change = JSONChange.value(before["data"]?[key], result.metrics["data"]?[key])
      return change == .null ? nil : JSONMember(key: key, value: change)
    }
    let dataset = result.trained.dataset
    for (entity, changes) in [
      ("user", Self.newAndGone(dataset.users, since: previous.users)),
      ("item", Self.newAndGone(dataset.items, since: items?.labels)),
    ] {
      guard let changes else {
        warnings.append(
          "\(previous.tablePath(entity)) cannot be read; the new \(entity)s are not counted")
        continue
      }
      data.append(JSONMember(key: "new_\(entity)s", value: .integer(changes.new)))
      data.append(JSONMember(key: "gone_\(entity)s", value: .integer(changes.gone)))
    }
    testRMSE = JSONChange.value(
      before["evaluation"]?["model"]?["rmse"], result.metrics["evaluation"]?["model"]?["rmse"])
  }

  private mutating func compareLists(
    _ result: JobResult, k: Int, items: RawItems?, with previous: PreviousRun
  ) {
    let dataset = result.trained.dataset
    do throws(PublishingError) {
      let comparison = try previous.compareLists(
        with: RankedLists(result.lists, users: dataset.users, items: dataset.items), k: k)
      lists = ListsDocument(
        comparison, before: (items?.labels ?? [], items?.details ?? []),
        now: (dataset.items.labels, dataset.itemDetails),
        items: (previous.metrics?["data"]?["items"]?.intValue, dataset.items.count))
    } catch {
      listsProblem = "\(error)"
      warnings.append("the lists are not compared with those of \(previous.identifier): \(error)")
    }
  }

  /// The content of `changes.json`.
  var json: JSONValue {
    [
      "schema_version": .integer(Self.schemaVersion),
      "previous_run": previous.map { .string($0.identifier) } ?? .null,
      "same_model_and_split": previous == nil ? .null : .bool(isComparable),
      "data": data.isEmpty ? .null : .object(data),
      "test_rmse": testRMSE,
      "lists": lists?.json ?? listsProblem.map { ["not_compared": .string($0)] } ?? .null,
    ]
  }

  /// The changes of the most telling numbers of the data, by name, for the log.
  var dataSummary: [(key: String, value: String)] {
    ["ratings", "users", "items"].compactMap { key in
      data.first { $0.key == key }?.value["change"].map { ("data.\(key)_change", $0.text()) }
    }
      + ["new_users", "gone_users", "new_items", "gone_items"].compactMap { key in
        data.first { $0.key == key }.map { ("data.\(key)", $0.value.text()) }
      }
  }

  /// How many raw ids another run lacks, and how many only it has; `nil` if its ids are not known.
  ///
  /// They are compared byte for byte, as everywhere: two spellings of one letter are two ids.
  private static func newAndGone<Index>(
    _ now: LabelEncoder<Index>, since before: [String]?
  ) -> (new: Int, gone: Int)? {
    guard let before else { return nil }
    let earlier = LabelEncoder<Index>(fitting: before)
    return (
      new: now.labels.count { earlier.index(of: $0) == nil },
      gone: earlier.labels.count { now.index(of: $0) == nil }
    )
  }
}
