import Ratings
import Storage

/// The section `data` of `report.json`: how the ratings spread over their scale, users, items and time.
struct ReportData {
  private let dataset: RatingsDataset
  private let profile: RatingsProfile

  init(_ dataset: RatingsDataset) {
    self.dataset = dataset
    profile = RatingsProfile(dataset)
  }

  /// The section.
  var json: JSONValue {
    [
      "distribution": profile.distribution.json,
      "user_activity": profile.userActivity.json,
      "item_activity": profile.itemActivity.json,
      "time": profile.time?.json ?? .null,
      "cross_table": crossTable,
    ]
  }

  private var crossTable: JSONValue {
    let table = profile.crossTable
    return [
      "users": .array(
        table.users.map {
          [
            "user_id": .string(dataset.users.label(of: $0.index)), "ratings": .integer($0.count),
          ]
        }),
      "items": .array(
        table.items.map {
          .object(
            ReportItem.members(of: $0.index, in: dataset)
              + [JSONMember(key: "ratings", value: .integer($0.count))])
        }),
      "ratings": .array(
        table.ratings.map { row in
          .array(row.map { $0.map { .number(JSONNumber($0)) } ?? .null })
        }),
    ]
  }
}

/// How an item is named in `report.json`.
enum ReportItem {
  /// Its id, and its title where it has one.
  static func members(of item: ItemIndex, in dataset: RatingsDataset) -> [JSONMember] {
    let id = JSONMember(key: "item_id", value: .string(dataset.items.label(of: item)))
    guard !dataset.itemDetails.isEmpty, let title = dataset.itemDetails[item.position].title,
      !title.isEmpty
    else { return [id] }
    return [id, JSONMember(key: "title", value: .string(title))]
  }
}
