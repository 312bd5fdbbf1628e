import Kernels
public import Ratings

/// Keeps the items of a list from being all of a kind.
///
/// Maximal marginal relevance (Carbonell and Goldstein, *The Use of MMR, Diversity-Based Reranking*, 1998):
/// after the best item, the next is always the one with the greatest
/// (1 − d) · score − d · (greatest similarity with an item of the list), the scores of the best few hundred
/// items being scaled to 0…1. Similarity is the cosine of the items' factors where the model has some, else
/// the Jaccard similarity of their genres. No genre is that of more than so many items of a list.
public struct ListSpread: Sendable {
  /// The number of best items that a list is chosen from, unless the cap asks for more.
  static let pool = 300

  private let diversity: Float
  private let maxPerGenre: Int?
  private let genres: GenreSets?
  private let factors: EmbeddingTable?

  /// Prepares it; `nil` where the options ask for none of it.
  public init?(
    _ options: RecommendOptions, model: any RatingPredictor, details: [ItemDetails]
  ) {
    guard options.isSpread else { return nil }
    diversity = Float(options.diversity)
    maxPerGenre = options.maxPerGenre
    genres = GenreSets(details)
    factors = options.diversity > 0 ? Self.directions(model) : nil
  }

  /// The items' factors at length 1, or `nil` for a model without.
  private static func directions(_ model: any RatingPredictor) -> EmbeddingTable? {
    guard let tensor = model.tensors.first(where: { $0.name == "item_factors" }),
      tensor.shape.count == 2, tensor.shape[1] > 0
    else { return nil }
    let count = tensor.shape[1]
    var values = tensor.values
    for item in 0..<tensor.shape[0] {
      var squares = 0.0
      for place in item * count..<(item + 1) * count {
        squares += Double(values[place]) * Double(values[place])
      }
      guard squares > 0 else { continue }
      let length = Float(squares.squareRoot())
      for place in item * count..<(item + 1) * count { values[place] /= length }
    }
    return EmbeddingTable(rows: tensor.shape[0], dimension: count, values: values)
  }

  /// How alike two items are, at most 1.
  func similarity(_ one: UInt32, _ other: UInt32) -> Float {
    if let factors { return factors.dot(Int(one), factors, Int(other)) }
    guard let genres else { return 0 }
    return 1 - Float(genres.distance(ItemIndex(Int(one)), ItemIndex(Int(other))))
  }

  /// The list of `k` of some items, which are in the order of their scores; fewer where the cap allows no
  /// more of them.
  func list(of k: Int, from pool: [ScoredRow]) -> [ScoredRow] {
    guard let best = pool.first, let worst = pool.last else { return [] }
    let range = best.key - worst.key
    let scores = pool.map { range > 0 ? ($0.key - worst.key) / range : 1 }
    var nearest = [Float](repeating: -.infinity, count: pool.count)
    var isLeft = [Bool](repeating: true, count: pool.count)
    var counts: [Int: Int] = [:]
    var list: [ScoredRow] = []
    while list.count < k {
      var chosen: Int?
      var greatest = -Float.infinity
      for place in pool.indices where isLeft[place] {
        guard hasRoom(for: pool[place].row, counts) else {
          isLeft[place] = false
          continue
        }
        let value =
          list.isEmpty || diversity == 0
          ? scores[place] : (1 - diversity) * scores[place] - diversity * nearest[place]
        // Of equal values the first stays: the items are in the order of their scores.
        if chosen == nil || value > greatest { (chosen, greatest) = (place, value) }
      }
      guard let chosen else { break }
      isLeft[chosen] = false
      let row = pool[chosen].row
      list.append(pool[chosen])
      if maxPerGenre != nil {
        for genre in genres?.numbers(of: ItemIndex(Int(row))) ?? [] {
          counts[genre, default: 0] += 1
        }
      }
      guard diversity > 0 else { continue }
      for place in pool.indices where isLeft[place] {
        nearest[place] = max(nearest[place], similarity(pool[place].row, row))
      }
    }
    return list
  }

  private func hasRoom(for item: UInt32, _ counts: [Int: Int]) -> Bool {
    guard let maxPerGenre, let genres else { return true }
    return genres.numbers(of: ItemIndex(Int(item))).allSatisfy {
      counts[$0, default: 0] < maxPerGenre
    }
  }
}
