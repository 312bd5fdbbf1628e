/// How ratings spread over the users who gave them, or over the items that got them.
public struct ActivityProfile: Sendable, Equatable {
  /// A number of ratings that some share has at most.
  public struct Quantile: Sendable, Equatable {
    /// The share in percent: 0 for the least number, 100 for the greatest.
    public let percent: Int
    /// The number of ratings, by nearest rank: one that somebody has.
    public let count: Int
  }

  /// A place in the order from the most active one down.
  public struct RankPoint: Sendable, Equatable {
    /// The place, from 1.
    public let rank: Int
    /// The number of ratings of the one at this place.
    public let count: Int
    /// The number of ratings of all from the first place to this one.
    public let cumulative: Int
  }

  /// The percentages of the quantiles.
  public static let percentages = [0, 25, 50, 75, 90, 99, 100]

  /// How many there are, with and without ratings.
  public let members: Int
  /// The number of ratings.
  public let ratings: Int
  /// How many have one rating.
  public let withOneRating: Int
  /// The quantiles of the number of ratings, ascending.
  public let quantiles: [Quantile]
  /// How many have from 2ⁱ to 2ⁱ⁺¹ − 1 ratings, by *i*; who has none is not counted.
  public let doublings: [Int]
  /// At most a hundred places, equally spaced, the last of them the last place of all.
  public let curve: [RankPoint]
  /// The Gini coefficient: 0 if all have as many ratings, near 1 if few have nearly all.
  public let gini: Double

  init(counts: [Int]) {
    let ascending = counts.sorted()
    members = counts.count
    ratings = counts.reduce(0, +)
    withOneRating = ascending.count { $0 == 1 }
    quantiles = Self.percentages.map { percent in
      let rank = max((percent * ascending.count + 99) / 100, 1)
      return Quantile(percent: percent, count: ascending[rank - 1])
    }
    var doublings: [Int] = []
    for count in ascending where count > 0 {
      let exponent = Int.bitWidth - 1 - count.leadingZeroBitCount
      while doublings.count <= exponent { doublings.append(0) }
      doublings[exponent] += 1
    }
    self.doublings = doublings
    curve = Self.curve(of: ascending)
    // G = Σᵢ (2i − m − 1)·xᵢ / (m·Σᵢ xᵢ) over the ascending numbers x₁ … xₘ.
    var weighted = 0.0
    for (position, count) in ascending.enumerated() {
      weighted += Double(2 * position + 1 - ascending.count) * Double(count)
    }
    gini = weighted / (Double(ascending.count) * Double(ratings))
  }

  /// The share of the ratings that the most active ones have, from the first place to the one at
  /// which `percent` of all are passed, rounded up.
  public func shareOfRatings(ofMostActive percent: Int) -> Double {
    let rank = max((percent * members + 99) / 100, 1)
    let point = curve.first { $0.rank >= rank } ?? curve[curve.count - 1]
    return Double(point.cumulative) / Double(ratings)
  }

  private static func curve(of ascending: [Int]) -> [RankPoint] {
    let points = min(100, ascending.count)
    var (curve, cumulative, rank) = ([RankPoint](), 0, 0)
    for point in 1...points {
      let end = (point * ascending.count + points - 1) / points
      var count = 0
      while rank < end {
        count = ascending[ascending.count - 1 - rank]
        cumulative += count
        rank += 1
      }
      curve.append(RankPoint(rank: rank, count: count, cumulative: cumulative))
    }
    return curve
  }
}
