import Ratings

/// Features of a user together with what kind an item is of: its genres and the decade of its release.
///
/// Only pairs that training rows have are features; for others the model falls back on what it knows
/// of user and item apart.
struct CrossFeatures: Sendable, Equatable {
  /// The distinct kinds: genres and decade of an item.
  let kinds: [Kind]
  /// The kind of each item.
  let kindOfItem: [UInt32]
  /// How many genres and decades a user can be paired with.
  let width: Int
  /// The feature of each user and genre or decade, plus one; 0 where there is none.
  let features: [UInt32]
  /// How many features pair a user with a genre, and how many with a decade; 0 in a model that was
  /// read back.
  let genrePairs: Int
  let decadePairs: Int

  /// The genres and the decade of an item, as columns of the features, ascending, and their values: of
  /// several genres, each counts for one over the root of their number.
  struct Kind: Sendable, Hashable {
    var columns: [Int]
    var values: [Float]
  }

  /// Numbers the pairs of training rows, those with genres first.
  init(_ ratings: RatingSubset, users: Int, items: ItemFeatures, names: Set<ModelFeature>) {
    let genreCount = names.contains(.userGenre) ? items.genreCount : 0
    let width = genreCount + (names.contains(.userDecade) ? items.decadeCount : 0)
    let (kinds, kindOfItem) = Self.kinds(
      genres: genreCount > 0 ? items.genres : items.genres.map { _ in [] },
      decades: width > genreCount ? items.decades : items.decades.map { _ in nil },
      genreCount: genreCount)
    var isPresent = [Bool](repeating: false, count: users * width)
    for position in 0..<ratings.count {
      let row = ratings.row(at: position)
      let start = ratings.columns.users[row].position * width
      let kind = kinds[Int(kindOfItem[ratings.columns.items[row].position])]
      for column in kind.columns { isPresent[start + column] = true }
    }
    var features = [UInt32](repeating: 0, count: users * width)
    var next: UInt32 = 0
    var counts: [Int] = []
    for columns in [0..<genreCount, genreCount..<width] {
      let first = next
      for user in 0..<users {
        for column in columns where isPresent[user * width + column] {
          next += 1
          features[user * width + column] = next
        }
      }
      counts.append(Int(next - first))
    }
    self.kinds = kinds
    self.kindOfItem = kindOfItem
    self.width = width
    self.features = features
    (genrePairs, decadePairs) = (counts[0], counts[1])
  }

  /// Takes over what ``features`` and ``itemColumns`` were.
  ///
  /// Numbers that are none, of a damaged file, count for 0.
  init(features: [Float], itemColumns: [Float], items: Int, width: Int) {
    self.width = width
    self.features = features.map { UInt32(exactly: $0) ?? 0 }
    var kinds: [Kind] = []
    var numbers: [Kind: UInt32] = [:]
    kindOfItem = (0..<items).map { item in
      let columns = (0..<width).filter { itemColumns[item * width + $0] != 0 }
      let kind = Kind(
        columns: columns, values: columns.map { itemColumns[item * width + $0] })
      if let known = numbers[kind] { return known }
      numbers[kind] = UInt32(kinds.count)
      kinds.append(kind)
      return UInt32(kinds.count - 1)
    }
    self.kinds = kinds
    (genrePairs, decadePairs) = (0, 0)
  }

  /// The value of each genre and decade for each item, one item after the other.
  var itemColumns: [Float] {
    var values = [Float](repeating: 0, count: kindOfItem.count * width)
    for (item, kind) in kindOfItem.enumerated() {
      let kind = kinds[Int(kind)]
      for (column, value) in zip(kind.columns, kind.values) {
        values[item * width + column] = value
      }
    }
    return values
  }

  /// The greatest of ``features``: how many there are.
  var greatestFeature: Int { Int(features.max() ?? 0) }

  /// The number of features.
  var count: Int { genrePairs + decadePairs }

  /// Calls `body` with the features of a user and a kind, ascending, and their values.
  func forEach(user: Int, kind: Int, _ body: (_ feature: Int, _ value: Float) -> Void) {
    let kind = kinds[kind]
    for (column, value) in zip(kind.columns, kind.values) {
      let feature = features[user * width + column]
      if feature > 0 { body(Int(feature) - 1, value) }
    }
  }

  /// The block of training rows: a row for each distinct user and kind.
  func block(_ ratings: RatingSubset) -> FeatureBlock {
    var rowOfPair: [UInt64: UInt32] = [:]
    var rows = SparseRows()
    var rowOfRating: [UInt32] = []
    rowOfRating.reserveCapacity(ratings.count)
    for position in 0..<ratings.count {
      let row = ratings.row(at: position)
      let user = ratings.columns.users[row].position
      let kind = Int(kindOfItem[ratings.columns.items[row].position])
      let pair = UInt64(user) << 32 | UInt64(kind)
      if let known = rowOfPair[pair] {
        rowOfRating.append(known)
        continue
      }
      rowOfRating.append(UInt32(rows.count))
      rowOfPair[pair] = UInt32(rows.count)
      forEach(user: user, kind: kind) { rows.append($0, $1) }
      rows.endRow()
    }
    let groups = [
      FeatureGroup(name: "user-genre", count: genrePairs, share: .broad),
      FeatureGroup(name: "user-decade", count: decadePairs, share: .broad),
    ]
    return FeatureBlock(
      name: "cross", rowOfRating: rowOfRating, starts: rows.starts, indices: rows.indices,
      values: rows.values, groups: groups.filter { $0.count > 0 })
  }

  private static func kinds(
    genres: [[Int]], decades: [Int?], genreCount: Int
  ) -> (kinds: [Kind], ofItem: [UInt32]) {
    var numbers: [Kind: UInt32] = [:]
    var kinds: [Kind] = []
    var ofItem: [UInt32] = []
    for (genres, decade) in zip(genres, decades) {
      let share = 1 / Float(max(genres.count, 1)).squareRoot()
      let kind = Kind(
        columns: genres + (decade.map { [genreCount + $0] } ?? []),
        values: genres.map { _ in share } + (decade == nil ? [] : [1]))
      if let known = numbers[kind] {
        ofItem.append(known)
      } else {
        numbers[kind] = UInt32(kinds.count)
        ofItem.append(UInt32(kinds.count))
        kinds.append(kind)
      }
    }
    return (kinds, ofItem)
  }
}
