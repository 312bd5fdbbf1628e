public import Ratings

/// What the reasons of a list are.
public enum ReasonKind: String, CaseIterable, Sendable {
  /// What the rated items add to the ranking key of the recommended one, as the model computes it.
  case exact
  /// How similar the rated items are to the recommended one: the model's key is no sum over them.
  case similarity
}

/// An item that a user rated and that speaks for a recommended one.
public struct Reason: Equatable, Sendable {
  /// The rated item.
  public let item: ItemIndex
  /// What it adds to the ranking key, or for ``ReasonKind/similarity`` the cosine, from 0 to 1.
  public let contribution: Float

  /// Pairs an item with what it contributes.
  public init(item: ItemIndex, contribution: Float) {
    self.item = item
    self.contribution = contribution
  }
}

/// The reasons of all recommendations of a list.
public struct ListReasons: Equatable, Sendable {
  /// What they are.
  public let kind: ReasonKind
  private let reasons: [Reason]
  /// Where those of each recommendation end.
  private let ends: [Int32]

  /// Joins the reasons of each recommendation, in the order of the list.
  public init(kind: ReasonKind, _ reasons: [[Reason]]) {
    self.kind = kind
    self.reasons = reasons.flatMap(\.self)
    var end: Int32 = 0
    ends = reasons.map {
      end += Int32($0.count)
      return end
    }
  }

  /// The number of recommendations.
  public var count: Int { ends.count }

  /// The reasons of the recommendation at a place from 0, the greatest contribution first.
  public subscript(place: Int) -> ArraySlice<Reason> {
    reasons[(place == 0 ? 0 : Int(ends[place - 1]))..<Int(ends[place])]
  }
}
