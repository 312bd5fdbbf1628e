import Ratings
import Recommenders
import Storage

/// How a comparison of lists is written down: the section `lists` of `changes.json` and of `recjob
/// diff --json`.
struct ListsDocument {
  let comparison: ListComparison
  /// The number of items of the data on both nights, where it is known.
  private let items: (before: Int?, now: Int?)
  /// The titles of the items that are named, in their order.
  let titles: (entered: [String?], left: [String?])

  /// Prepares to write a comparison down.
  ///
  /// - Parameters:
  ///   - comparison: The comparison.
  ///   - before: The ids and titles of the items of the night before, empty where they are not known.
  ///   - now: Those of now.
  ///   - items: The number of items of the data, where it is known.
  init(
    _ comparison: ListComparison, before: (labels: [String], details: [ItemDetails]),
    now: (labels: [String], details: [ItemDetails]), items: (before: Int?, now: Int?)
  ) {
    self.comparison = comparison
    self.items = items
    titles = (
      Self.titles(comparison.mostListedEntered, now), Self.titles(comparison.mostListedLeft, before)
    )
  }

  /// The titles of a few items, compared by the bytes of their ids; an empty one is none.
  private static func titles(
    _ listed: [ListComparison.ListedItem], _ items: (labels: [String], details: [ItemDetails])
  ) -> [String?] {
    guard items.details.count == items.labels.count else { return listed.map { _ in nil } }
    return listed.map { listed in
      items.labels.lastIndex { $0.utf8.elementsEqual(listed.item.utf8) }
        .flatMap { items.details[$0].title }.flatMap { $0.isEmpty ? nil : $0 }
    }
  }

  /// The overlap's name: `overlap@10`.
  var overlapName: String { "overlap@\(comparison.k)" }

  /// The section.
  var json: JSONValue {
    [
      "k": .integer(comparison.k),
      "users": [
        "before": .integer(comparison.usersBefore),
        "now": .integer(comparison.usersNow),
        "in_both": .integer(comparison.usersInBoth),
        "new": .integer(comparison.usersNow - comparison.usersInBoth),
        "gone": .integer(comparison.usersBefore - comparison.usersInBoth),
        "unchanged": .integer(comparison.unchangedUsers),
      ],
      "overlap": Self.distribution(comparison.overlap),
      "rank_correlation": Self.distribution(comparison.rankCorrelation),
      "most_changed_users": .array(
        comparison.mostChangedUsers.map { user in
          [
            "user_id": .string(user.user), "overlap": .numberOrNull(user.overlap),
            "rank_correlation": user.rankCorrelation.map { .numberOrNull($0) } ?? .null,
          ]
        }),
      "items": [
        "before": .integer(comparison.itemsBefore),
        "now": .integer(comparison.itemsNow),
        "entered": .integer(comparison.enteredItems),
        "left": .integer(comparison.leftItems),
      ],
      "coverage": JSONChange.value(
        coverage(comparison.itemsBefore, items.before), coverage(comparison.itemsNow, items.now)),
      "entered_items": Self.listed(comparison.mostListedEntered, titles.entered),
      "left_items": Self.listed(comparison.mostListedLeft, titles.left),
    ]
  }

  /// The most telling numbers, by name, for the log.
  var summary: [(key: String, value: String)] {
    var facts = [
      ("lists.k", "\(comparison.k)"), ("lists.users_in_both", "\(comparison.usersInBoth)"),
      ("lists.unchanged_users", "\(comparison.unchangedUsers)"),
      ("lists.entered_items", "\(comparison.enteredItems)"),
      ("lists.left_items", "\(comparison.leftItems)"),
    ]
    if let overlap = comparison.overlap {
      facts.append(("lists.mean_overlap", TextTable.rounded(overlap.mean, digits: 4)))
    }
    if let correlation = comparison.rankCorrelation {
      facts.append(
        ("lists.mean_rank_correlation", TextTable.rounded(correlation.mean, digits: 4)))
    }
    return facts.map { (key: $0.0, value: $0.1) }
  }

  private func coverage(_ listed: Int, _ items: Int?) -> JSONValue? {
    items.map { $0 == 0 ? .null : .numberOrNull(Double(listed) / Double($0)) }
  }

  private static func listed(
    _ items: [ListComparison.ListedItem], _ titles: [String?]
  ) -> JSONValue {
    .array(
      zip(items, titles).map { item, title in
        var members = [JSONMember(key: "item_id", value: .string(item.item))]
        if let title { members.append(JSONMember(key: "title", value: .string(title))) }
        return .object(members + [JSONMember(key: "users", value: .integer(item.users))])
      })
  }

  private static func distribution(_ distribution: ListComparison.Distribution?) -> JSONValue {
    guard let distribution else { return .null }
    return .object(
      [
        JSONMember(key: "users", value: .integer(distribution.users)),
        JSONMember(key: "mean", value: .numberOrNull(distribution.mean)),
      ]
        + distribution.quantiles.map {
          JSONMember(key: $0.name, value: .numberOrNull($0.value))
        })
  }
}

/// A number before and now.
enum JSONChange {
  /// The two numbers and by how much the second is greater; `null` where either is missing.
  static func value(_ before: JSONValue?, _ now: JSONValue?) -> JSONValue {
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
}
