import Kernels
public import Ratings

/// Says for each recommendation which items that the user rated speak most for it.
///
/// Where the model's key is a sum over what the user rated, the reasons are the greatest positive terms
/// of that sum (``RatingPredictor/contributions(by:of:)``). Elsewhere they are the most similar of
/// the items that the user rated at or above the own mean: by the cosine of the model's item factors if
/// it has some, else by `CoRatingCosine`. The list says which (``ReasonKind``).
public struct Explainer: Sendable {
  private let model: any RatingPredictor
  private let rated: CompressedRows
  private let untrained: InteractionMatrix?
  private let count: Int
  private let isExact: Bool
  private let factors: EmbeddingTable?
  private let coRatings: CoRatingCosine?

  /// The most of a user's liked items that are compared with a recommended one, the best rated.
  private static let mostLiked = 64
  /// The number of lists that a thread explains at a time.
  private static let listsPerRange = 64

  /// Prepares the reasons.
  ///
  /// - Parameters:
  ///   - model: The model that ranked the items; where they are ranked by relevance, that model.
  ///   - ratings: All ratings of the users; no user has two of an item.
  ///   - untrained: Those of them that the model was not trained with. Where that is not known, models
  ///     that do not know it themselves have no exact reasons for users who have such ratings.
  ///   - count: The most reasons of a recommendation.
  public init(
    model: any RatingPredictor, ratings: RatingColumns, untrained: InteractionMatrix? = nil,
    count: Int
  ) {
    precondition(
      untrained.map { $0.userCount == model.configuration.users } ?? true, "a user is missing")
    let configuration = model.configuration
    self.model = model
    self.untrained = untrained
    self.count = count
    rated = CompressedRows(
      rows: configuration.users, columns: configuration.items, entries: ratings.count
    ) { (ratings.users[$0].position, ratings.items[$0].position, ratings.values[$0]) }
    isExact = Self.kind(of: model) == .exact
    // An exact model can have lists that it does not know enough of.
    factors = Self.itemFactors(of: model)
    coRatings = factors == nil && !isExact ? CoRatingCosine(rated, items: configuration.items) : nil
  }

  /// What the reasons of a model's recommendations are.
  public static func kind(of model: any RatingPredictor) -> ReasonKind {
    let configuration = model.configuration
    return configuration.users > 0 && configuration.items > 0
      && model.contributions(to: ItemIndex(0), by: UserIndex(0), of: []) != nil
      ? .exact : .similarity
  }

  /// The lists with their reasons; `threads` has no influence on them.
  ///
  /// - Complexity: O(lists × k × the user's ratings) where the model is exact, times what one
  ///   contribution costs; elsewhere O(lists × k × 64) cosines.
  public func explaining(_ lists: [RecommendationList], threads: Int) -> [RecommendationList] {
    let ranges = (lists.count + Self.listsPerRange - 1) / Self.listsPerRange
    return Parallel.map(ranges, threads: threads) { number in
      let start = number * Self.listsPerRange
      return lists[start..<min(start + Self.listsPerRange, lists.count)].map(explaining)
    }.flatMap(\.self)
  }

  /// A list with its reasons.
  func explaining(_ list: RecommendationList) -> RecommendationList {
    var explained = list
    let rated = self.rated.places(of: list.user.position).map {
      RatedItem(item: ItemIndex(Int(self.rated.columns[$0])), rating: self.rated.values[$0])
    }
    explained.reasons = exactReasons(of: list, rated) ?? similarItems(of: list, rated)
    return explained
  }

  private func exactReasons(of list: RecommendationList, _ rated: [RatedItem]) -> ListReasons? {
    guard isExact else { return nil }
    let trained =
      untrained.map { untrained in
        rated.filter { !untrained.contains(user: list.user, item: $0.item) }
      } ?? rated
    let contributions = model.contributions(by: list.user, of: trained)
    var reasons: [[Reason]] = []
    for scored in list.items {
      guard let shares = contributions(scored.item) else { return nil }
      reasons.append(
        best(zip(trained, shares).map { Reason(item: $0.item, contribution: $1) }))
    }
    return ListReasons(kind: .exact, reasons)
  }

  private func similarItems(of list: RecommendationList, _ rated: [RatedItem]) -> ListReasons {
    let mean = rated.reduce(0.0) { $0 + Double($1.rating) } / Double(max(rated.count, 1))
    let liked = rated.filter { Double($0.rating) >= mean }
      .sorted { ($1.rating, $0.item) < ($0.rating, $1.item) }.prefix(Self.mostLiked)
    return ListReasons(
      kind: .similarity,
      list.items.map { scored in
        best(
          liked.map {
            Reason(item: $0.item, contribution: similarity(scored.item, $0.item))
          })
      })
  }

  /// The greatest contributions above 0, ties by item.
  private func best(_ reasons: [Reason]) -> [Reason] {
    let speaking = reasons.filter { $0.contribution > 0 && $0.contribution.isFinite }
    return Array(
      speaking.sorted { ($1.contribution, $0.item) < ($0.contribution, $1.item) }.prefix(count))
  }

  private func similarity(_ item: ItemIndex, _ other: ItemIndex) -> Float {
    if let factors { return Self.cosine(factors, item.position, other.position) }
    return coRatings?.similarity(item, other) ?? 0
  }

  private static func cosine(_ table: EmbeddingTable, _ row: Int, _ other: Int) -> Float {
    table.withValues { values in
      let (first, second) = (row * table.stride, other * table.stride)
      var (product, squares, otherSquares): (Float, Float, Float) = (0, 0, 0)
      for lane in 0..<table.dimension {
        let (a, b) = (values[first + lane], values[second + lane])
        product += a * b
        squares += a * a
        otherSquares += b * b
      }
      let norm = squares.squareRoot() * otherSquares.squareRoot()
      return norm > 0 ? product / norm : 0
    }
  }

  /// The table of the tensor `item_factors`, if the model has one.
  private static func itemFactors(of model: any RatingPredictor) -> EmbeddingTable? {
    let items = model.configuration.items
    // The tensors of other models can be large.
    guard model.tensorShapes.contains(where: { $0.name == "item_factors" }),
      let tensor = model.tensors.first(where: { $0.name == "item_factors" }),
      tensor.shape.count == 2, tensor.shape[0] == items, tensor.shape[1] > 0
    else { return nil }
    return EmbeddingTable(rows: items, dimension: tensor.shape[1], values: tensor.values)
  }
}
