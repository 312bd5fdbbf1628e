import Publishing
import Ratings
import Recommenders
import Storage

/// What a user rated best and what a bundle's model recommends to the user.
public struct UserRecommendations: Sendable {
  /// What the list is ordered by.
  struct Order: Sendable {
    var rankBy: RankingOrder
    var isBlended: Bool
    var isRelevance: Bool
    var isSpread: Bool

    /// What stands above the list.
    var heading: String {
      let order =
        if isRelevance {
          "by the model's score"
        } else if rankBy == .relevance, isBlended {
          "by relevance; the score is the predicted rating"
        } else if rankBy == .lowerBound {
          "by the lower bound of the predicted rating, which is the score"
        } else {
          "by predicted rating"
        }
      return "Recommended, \(order)" + (isSpread ? ", spread over kinds of items" : "") + ":"
    }
  }

  private struct Entry: Sendable {
    let id: String
    let score: Float
    let title: String?
    let genres: [String]

    /// What people call the item.
    var name: String { title ?? id }
  }

  private let user: String
  private let ratedCount: Int
  private let best: [Entry]
  private let recommended: [Entry]
  private let order: Order
  /// What the reasons are, and those of each recommendation; `nil` if none were asked for.
  private let reasons: (kind: ReasonKind, entries: [[Entry]])?

  /// The number of the user's own items that are shown.
  private static let bestCount = 10
  /// The columns that a title and its genres may take.
  private static let (titleWidth, genreWidth) = (46, 30)

  /// Gives names to a list of a bundle.
  init(_ list: RecommendationList, of bundle: ModelBundle, order: Order) {
    func entry(_ item: ItemIndex, _ score: Float) -> Entry {
      let details = bundle.itemDetails.isEmpty ? nil : bundle.itemDetails[item.position]
      return Entry(
        id: bundle.items.label(of: item), score: score, title: details?.title,
        genres: details?.genres ?? [])
    }
    let rated = bundle.ratings(of: list.user)
    user = bundle.users.label(of: list.user)
    ratedCount = rated.count
    best = rated.sorted { ($1.rating, $0.item) < ($0.rating, $1.item) }.prefix(Self.bestCount)
      .map { entry($0.item, $0.rating) }
    recommended = list.items.map { entry($0.item, $0.score) }
    self.order = order
    reasons = list.reasons.map { found in
      (found.kind, (0..<found.count).map { found[$0].map { entry($0.item, $0.contribution) } })
    }
  }

  // MARK: - Text

  /// Two tables for a terminal, and the reasons below them.
  public var text: String {
    let name = user.printable
    let rated = ratedCount == 1 ? "1 item" : "\(FigureText.count(ratedCount)) items"
    return """
      User \(name) rated \(rated). The best rated:

      \(Self.table(best, score: "rating"))

      \(order.heading)

      \(recommended.isEmpty ? "  nothing: no item that the job may recommend is left" : Self.table(recommended, score: "score"))
      \(reasonsText)
      """
  }

  /// The reasons under the tables.
  private var reasonsText: String {
    guard let reasons, !recommended.isEmpty else { return "" }
    let heading =
      switch reasons.kind {
      case .exact where order.isBlended:
        "Because the user rated these, with what each adds to the relevance:"
      case .exact: "Because the user rated these, with what each adds to the score's key:"
      case .similarity: "Because the user liked what is similar, with the similarity from 0 to 1:"
      }
    var table = TextTable(
      ["rank", "because of", reasons.kind == .exact ? "adds" : "similarity"],
      [.right, .left, .right])
    for (place, entries) in reasons.entries.enumerated() {
      if entries.isEmpty { table.add(["\(place + 1)", "nothing that the user rated", ""]) }
      for (number, entry) in entries.enumerated() {
        table.add([
          number == 0 ? "\(place + 1)" : "",
          TextTable.clipped(entry.name, to: Self.titleWidth + Self.genreWidth),
          FigureText.fixed(Double(entry.score), digits: 3),
        ])
      }
    }
    return "\n\(heading)\n\n\(table.indentedLines.joined(separator: "\n"))\n"
  }

  private static func table(_ entries: [Entry], score: String) -> String {
    let hasDetails = entries.contains { $0.title != nil }
    var table = TextTable(
      ["rank", score, "item"] + (hasDetails ? ["title", "genres"] : []),
      [.right, .right, .right] + (hasDetails ? [.left, .left] : []))
    for (index, entry) in entries.enumerated() {
      table.add(
        [
          "\(index + 1)", FigureText.fixed(Double(entry.score), digits: 2),
          TextTable.clipped(entry.id, to: 40),
        ]
          + (hasDetails
            ? [
              TextTable.clipped(entry.title ?? "", to: titleWidth),
              TextTable.clipped(entry.genres.joined(separator: ", "), to: genreWidth),
            ] : []))
    }
    return table.indentedLines.joined(separator: "\n")
  }

  // MARK: - JSON

  /// A line as the export in JSON lines has it, with what the user rated best after it.
  public var jsonLine: String { json.text() + "\n" }

  private var json: JSONValue {
    func list(_ entries: [Entry], _ score: String, reasons: [[Entry]]? = nil) -> JSONValue {
      .array(
        entries.enumerated().map { index, entry in
          .object(
            [
              JSONMember(key: "item_id", value: .string(entry.id)),
              JSONMember(key: "rank", value: .integer(index + 1)),
              JSONMember(key: score, value: .number(JSONNumber(entry.score))),
            ] + Self.title(entry)
              + (reasons.map { [JSONMember(key: "because", value: Self.because($0[index]))] } ?? [])
          )
        })
    }
    return .object(
      [
        JSONMember(key: "user_id", value: .string(user)),
        JSONMember(
          key: "recommendations", value: list(recommended, "score", reasons: reasons?.entries)),
      ]
        + (reasons.map { [JSONMember(key: "because_kind", value: .string($0.kind.rawValue))] } ?? [])
        + [
          JSONMember(key: "rated_items", value: .integer(ratedCount)),
          JSONMember(key: "best_rated", value: list(best, "rating")),
        ])
  }

  /// The reasons of a recommendation.
  private static func because(_ reasons: [Entry]) -> JSONValue {
    .array(
      reasons.map { reason in
        .object(
          [JSONMember(key: "item_id", value: .string(reason.id))] + title(reason)
            + [JSONMember(key: "contribution", value: .number(JSONNumber(reason.score)))])
      })
  }

  private static func title(_ entry: Entry) -> [JSONMember] {
    entry.title.map { [JSONMember(key: "title", value: .string($0))] } ?? []
  }
}
