public import Ratings

/// Ratings made from factors that a model should find again.
///
/// r_ui = 3.5 + b_u + c_i + p_u · q_i + noise, where b, c, the entries of p and q, and the noise are
/// seeded and nearly normal. A pair is rated with the chance `density`.
public struct PlantedDataset: Sendable {
  /// The number of users; some may have no rating where the density is low.
  public var users: Int
  /// The number of items.
  public var items: Int
  /// The length of p_u and q_i. The default is 2.
  public var rank: Int
  /// The share of the pairs that are rated. The default is 0.5.
  public var density: Double
  /// The standard deviation of b_u and c_i. The default is 0.3.
  public var biasDeviation: Double
  /// The standard deviation of p_u · q_i. The default is 0.5.
  public var factorDeviation: Double
  /// The standard deviation of the noise. The default is 0.1.
  public var noise: Double
  /// Whether ratings are rounded to 0.5, 1, …, 5; if not they are kept as they come. The default
  /// is true.
  public var roundsToHalfStars: Bool
  /// The seed of it all. The default is 1.
  public var seed: UInt32

  private let userBiases: [Double]
  private let itemBiases: [Double]
  private let userFactors: [[Double]]
  private let itemFactors: [[Double]]

  /// Plants factors and biases.
  public init(
    users: Int, items: Int, rank: Int = 2, density: Double = 0.5, biasDeviation: Double = 0.3,
    factorDeviation: Double = 0.5, noise: Double = 0.1, roundsToHalfStars: Bool = true,
    seed: UInt32 = 1
  ) {
    self.users = users
    self.items = items
    self.rank = rank
    self.density = density
    self.biasDeviation = biasDeviation
    self.factorDeviation = factorDeviation
    self.noise = noise
    self.roundsToHalfStars = roundsToHalfStars
    self.seed = seed

    var words = Self.words(seed: seed, purpose: 0)
    userBiases = (0..<users).map { _ in biasDeviation * Self.normal(&words) }
    itemBiases = (0..<items).map { _ in biasDeviation * Self.normal(&words) }
    // The variance of p · q is rank · s⁴ where the entries' deviation is s.
    let entryDeviation = rank == 0 ? 0 : (factorDeviation / Double(rank).squareRoot()).squareRoot()
    userFactors = (0..<users).map { _ in
      (0..<rank).map { _ in entryDeviation * Self.normal(&words) }
    }
    itemFactors = (0..<items).map { _ in
      (0..<rank).map { _ in entryDeviation * Self.normal(&words) }
    }
  }

  /// Returns the rating of the user and item at two positions before noise and rounding.
  public func trueRating(user: Int, item: Int) -> Double {
    zip(userFactors[user], itemFactors[item])
      .reduce(3.5 + userBiases[user] + itemBiases[item]) { $0 + $1.0 * $1.1 }
  }

  /// Returns the raw id of the user at a position, which is also its order among the ids.
  public static func userLabel(_ user: Int) -> String { "\(user + 1)" }

  /// Returns the raw id of the item at a position, which is also its order among the ids.
  public static func itemLabel(_ item: Int) -> String { "\(3 * item + 1)" }

  /// Returns the title of the item at a position; some need quotes in a CSV file.
  public static func title(_ item: Int) -> String {
    switch item % 3 {
    case 0: "Item \(item)"
    case 1: "Item \(item), The (1999)"
    default: "Item \"\(item)\""
    }
  }

  /// Returns the ratings, user by user, each with a timestamp that no other has.
  public func rows() -> [Row] {
    var words = Self.words(seed: seed, purpose: 1)
    var rows: [Row] = []
    for user in 0..<users {
      for item in 0..<items {
        let isRated = Double(words.nextWord()) * 0x1p-32 < density
        var value = trueRating(user: user, item: item) + noise * Self.normal(&words)
        let jitter = Int64(words.nextWord() % 1_000)
        guard isRated else { continue }
        if roundsToHalfStars { value = min(max((value * 2).rounded() / 2, 0.5), 5) }
        let timestamp = 1_000_000_000 + jitter * Int64(users * items) + Int64(rows.count)
        rows.append(Row(user: user, item: item, value: Float(value), timestamp: timestamp))
      }
    }
    return rows
  }

  /// Returns the ratings as a dataset with titles and genres.
  public func dataset() throws(RatingsError) -> RatingsDataset {
    var raw = RawRatings(file: "ratings.csv")
    for row in rows() {
      raw.append(
        user: Self.userLabel(row.user), item: Self.itemLabel(row.item), value: row.value,
        timestamp: row.timestamp)
    }
    var rawItems = RawItems(file: "movies.csv")
    for item in 0..<items {
      rawItems.append(
        label: Self.itemLabel(item),
        details: ItemDetails(title: Self.title(item), genres: Self.genres(item)))
    }
    return try RatingsDataset(raw: raw, items: rawItems, options: ParsingOptions())
  }

  /// Returns the ratings as the text of a MovieLens `ratings.csv`.
  public func ratingsCSV() -> String {
    rows().reduce(into: "userId,movieId,rating,timestamp\n") { text, row in
      let user = Self.userLabel(row.user)
      text += "\(user),\(Self.itemLabel(row.item)),\(row.value),\(row.timestamp)\n"
    }
  }

  /// Returns the items as the text of a MovieLens `movies.csv`.
  public func moviesCSV() -> String {
    (0..<items).reduce(into: "movieId,title,genres\n") { text, item in
      var title = Self.title(item)
      if title.contains(where: { $0 == "," || $0 == "\"" }) {
        let escaped = title.map { $0 == "\"" ? "\"\"" : String($0) }.joined()
        title = "\"\(escaped)\""
      }
      let genres = Self.genres(item)
      let joined = genres.isEmpty ? "(no genres listed)" : genres.joined(separator: "|")
      text += "\(Self.itemLabel(item)),\(title),\(joined)\n"
    }
  }

  /// A planted rating.
  public struct Row: Sendable, Equatable {
    /// The position of the user.
    public let user: Int
    /// The position of the item.
    public let item: Int
    /// The rating.
    public let value: Float
    /// Seconds since 1970-01-01 UTC.
    public let timestamp: Int64
  }

  private static func genres(_ item: Int) -> [String] {
    let names = ["Action", "Comedy", "Drama"]
    return names.indices.filter { (item >> $0) & 1 == 1 }.map { names[$0] }
  }

  private static func words(seed: UInt32, purpose: UInt32) -> CounterBasedSequence {
    CounterBasedGenerator(seed: seed, stream: .generation).sequence(epoch: purpose)
  }

  /// The sum of twelve uniform numbers less its mean: near enough to normal, of deviation 1, and
  /// the same on every machine.
  private static func normal(_ words: inout CounterBasedSequence) -> Double {
    (0..<12).reduce(-6.0) { sum, _ in sum + (Double(words.nextWord()) + 0.5) * 0x1p-32 }
  }
}
