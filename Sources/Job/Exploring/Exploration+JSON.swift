import Ratings
import Storage

extension Exploration {
  /// The version of the layout of ``jsonText``.
  private static let schemaVersion = 1

  /// All that ``text`` shows, and more places of its curves, as a JSON object.
  public var jsonText: String { json.prettyText() }

  var json: JSONValue {
    [
      "schema_version": .integer(Self.schemaVersion),
      "job": .string(name),
      "dataset": fetched.record,
      "data": MetricsDocument.data(dataset),
      "first_ratings": .array(
        (0..<min(Self.firstRows, dataset.ratings.count)).map { rating(dataset.ratings[$0]) }),
      "first_items": .array(
        zip(dataset.items.indices, countsOfFirstItems).map { item($0, ratings: $1) }),
      "distribution": profile.distribution.json,
      "user_activity": profile.userActivity.json,
      "item_activity": profile.itemActivity.json,
      "time": profile.time?.json ?? .null,
      "cross_table": [
        "users": .array(
          profile.crossTable.users.map {
            [
              "user_id": .string(dataset.users.label(of: $0.index)), "ratings": .integer($0.count),
            ]
          }),
        "items": .array(profile.crossTable.items.map { item($0.index, ratings: $0.count) }),
        "ratings": .array(
          profile.crossTable.ratings.map { row in
            .array(row.map { $0.map { .number(JSONNumber($0)) } ?? .null })
          }),
      ],
    ]
  }

  private func rating(_ rating: Rating) -> JSONValue {
    [
      "user_id": .string(dataset.users.label(of: rating.user)),
      "item_id": .string(dataset.items.label(of: rating.item)),
      "rating": .number(JSONNumber(rating.value)),
      "timestamp": rating.timestamp.map { .integer(Int($0)) } ?? .null,
    ]
  }

  private func item(_ item: ItemIndex, ratings: Int) -> JSONValue {
    var members = [
      JSONMember(key: "item_id", value: .string(dataset.items.label(of: item))),
      JSONMember(key: "ratings", value: .integer(ratings)),
    ]
    if let title = title(of: item) {
      members.append(JSONMember(key: "title", value: .string(title)))
      members.append(
        JSONMember(key: "genres", value: .array(genres(of: item).map { .string($0) })))
    }
    return .object(members)
  }
}
