import Ratings

/// What an item's title and genres say, as numbered values; the same for every user.
struct ItemFeatures: Sendable {
  /// The kinds of feature with their counts, in the order of their numbers.
  let groups: [FeatureGroup]
  /// The values of each item, numbered from 0 through all groups.
  let rows: SparseRows
  /// The genres of each item, by number; ascending.
  let genres: [[Int]]
  /// How many genres there are.
  let genreCount: Int
  /// The decade of each item's release, by number; `nil` if it is unknown.
  let decades: [Int?]
  /// How many decades there are.
  let decadeCount: Int

  /// Reads the details of all items.
  ///
  /// Several values of one kind share a length: each of n genres or words is 1/√n.
  init(_ details: [ItemDetails], items: Int, names: Set<ModelFeature>) {
    let details =
      details.isEmpty ? [ItemDetails](repeating: ItemDetails(), count: items) : details
    precondition(details.count == items, "the details of an item are missing")
    let needsTitles = names.contains { $0.needsTitles }
    let titles = details.map { needsTitles ? $0.title.map { ItemTitle($0) } : nil }
    let years = titles.map { $0?.year }
    let listed = details.map { $0.genres.filter { $0 != Self.noGenres } }
    let genreNames = Vocabulary(listed)
    genres = listed.map { genreNames.numbers(of: $0) }
    genreCount = genreNames.count
    let decadeYears = years.map { $0.map { ItemTitle.bin(of: $0, years: 10) } }
    let decadeNumbers = Vocabulary(decadeYears.map { $0.map { [$0] } ?? [] })
    decades = decadeYears.map { $0.flatMap { decadeNumbers.number(of: $0) } }
    decadeCount = decadeNumbers.count

    var columns: [Column] = []
    if names.contains(.genres) {
      columns.append(Column(name: "genre", share: .broad, count: genreCount, numbers: genres))
    }
    if names.contains(.releaseYear) {
      columns.append(
        Column(
          "release-years", .broad, years.map { $0.map { [ItemTitle.bin(of: $0, years: 5)] } ?? [] })
      )
      columns.append(Column("release-year", .narrow, years.map { $0.map { [$0] } ?? [] }))
    }
    if names.contains(.titleWords) {
      columns.append(Column("title-word", .narrow, titles.map { $0?.words ?? [] }, least: 2))
    }
    if names.contains(.franchise) {
      columns.append(
        Column("franchise", .narrow, titles.map { $0?.franchise.map { [$0] } ?? [] }, least: 2))
    }
    if names.contains(.genreDecade) {
      let width = max(decadeCount, 1)
      let pairs = zip(genres, decades).map { genres, decade in
        decade.map { decade in genres.map { $0 * width + decade } } ?? []
      }
      columns.append(Column("genre-decade", .narrow, pairs))
    }
    groups = columns.filter { $0.count > 0 }.map {
      FeatureGroup(name: $0.name, count: $0.count, share: $0.share)
    }
    var rows = SparseRows()
    for item in 0..<items {
      var offset = 0
      for column in columns {
        let numbers = column.numbers[item]
        let value = 1 / Float(max(numbers.count, 1)).squareRoot()
        for number in numbers { rows.append(offset + number, value) }
        offset += column.count
      }
      rows.endRow()
    }
    self.rows = rows
  }

  /// What MovieLens writes for an item without genres.
  private static let noGenres = "(no genres listed)"

  /// The numbers that one kind of feature gives each item.
  private struct Column {
    let name: String
    let share: FactorShare
    let count: Int
    let numbers: [[Int]]

    init(name: String, share: FactorShare, count: Int, numbers: [[Int]]) {
      self.name = name
      self.share = share
      self.count = count
      self.numbers = numbers
    }

    /// Numbers the values that at least `least` items have.
    init<Value: Hashable & Comparable>(
      _ name: String, _ share: FactorShare, _ values: [[Value]], least: Int = 1
    ) {
      let vocabulary = Vocabulary(values, least: least)
      self.init(
        name: name, share: share, count: vocabulary.count,
        numbers: values.map { vocabulary.numbers(of: $0) })
    }
  }
}

/// Distinct values, numbered in ascending order.
struct Vocabulary<Value: Hashable & Comparable> {
  private let numbers: [Value: Int]

  /// Numbers the values that at least `least` of some sets have.
  init(_ sets: [[Value]], least: Int = 1) {
    var counts: [Value: Int] = [:]
    for set in sets {
      for value in Set(set) { counts[value, default: 0] += 1 }
    }
    let kept = counts.filter { $0.value >= least }.keys.sorted()
    numbers = Dictionary(uniqueKeysWithValues: kept.enumerated().map { ($0.element, $0.offset) })
  }

  /// How many there are.
  var count: Int { numbers.count }

  /// The number of a value, or `nil` if it has none.
  func number(of value: Value) -> Int? { numbers[value] }

  /// The numbers of the values that have one, each once and ascending.
  func numbers(of values: [Value]) -> [Int] {
    Set(values.compactMap { numbers[$0] }).sorted()
  }
}
