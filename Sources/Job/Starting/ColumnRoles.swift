import Ratings

/// Which column is what, as far as names and cells tell.
struct ColumnRoles {
  /// The columns that were found.
  private(set) var columns: [ColumnRole: Int] = [:]
  /// The roles whose column is a guess, with what speaks for it.
  private(set) var guesses: [(role: ColumnRole, reason: String)] = []
  /// The columns among which a role's column may be, where they do not tell.
  private(set) var candidates: [ColumnRole: [Int]] = [:]
  /// Whether nothing but their order tells users from items.
  private(set) var areOrdered = false
  /// How times are written.
  private(set) var timestamps: TimestampFormat = .seconds
  /// A column of times that cannot be read.
  private(set) var unreadableTimes: Int?
  private let table: ColumnTable

  /// Takes the columns that somebody has named, and finds the others.
  init(_ table: ColumnTable, given: [ColumnRole: Int] = [:]) {
    self.table = table
    columns = given
    for role in ColumnRole.allCases { findByName(role) }
    if columns[.rating] == nil { findRating() }
    if columns[.timestamp] == nil, unreadableTimes == nil { findTimestamp() }
    findUserAndItem()
    guesses = ColumnRole.allCases.compactMap { role in guesses.first { $0.role == role } }
    if let column = columns[.timestamp], let format = table.timestampFormat(column) {
      timestamps = format
    }
  }

  /// Takes the columns of a list of items, in which only the ids, titles and genres count.
  init(_ table: ColumnTable, ofItemsAmong rated: Set<String>) {
    self.table = table
    for role in [ColumnRole.item, .title, .genres] { findByName(role) }
    findRatedItems(rated)
    if columns[.title] == nil { findTitles() }
    guesses = ColumnRole.allCases.compactMap { role in guesses.first { $0.role == role } }
  }

  /// What a column was taken for.
  func role(of column: Int) -> ColumnRole? {
    ColumnRole.allCases.first { columns[$0] == column }
  }

  private var free: [Int] {
    (0..<table.count).filter { role(of: $0) == nil && $0 != unreadableTimes }
  }

  private mutating func findByName(_ role: ColumnRole) {
    guard columns[role] == nil, let names = table.names else { return }
    var ranked = free.compactMap { column in
      role.rank(of: names[column]).map { (column: column, rank: $0) }
    }.sorted { $0.rank < $1.rank }
    if role == .rating { ranked.removeAll { !mayBeRatings($0.column) } }
    if role == .timestamp {
      let readable = ranked.filter { table.timestampFormat($0.column) != nil }
      if readable.isEmpty, let first = ranked.first {
        unreadableTimes = first.column
        return
      }
      ranked = readable
    }
    if let best = ranked.first {
      columns[role] = best.column
      return
    }
    var hinted = free.filter { role.isHinted(by: names[$0]) }
    if role == .rating { hinted.removeAll { !mayBeRatings($0) } }
    if role == .timestamp { hinted.removeAll { table.timestampFormat($0) == nil } }
    if hinted.count == 1 {
      guess(role, hinted[0], "by a word in its name")
    } else if hinted.count > 1 {
      candidates[role] = hinted
    }
  }

  /// Names alone do not make ratings: some cells must be numbers, or nearly so.
  private func mayBeRatings(_ column: Int) -> Bool {
    table.cells(column).contains { ColumnTable.looseNumber($0) != nil }
  }

  private mutating func findRating() {
    let fitting = (candidates[.rating] ?? free).filter(table.looksLikeRatings)
    if fitting.count == 1 {
      guess(.rating, fitting[0], "it holds few different numbers")
    } else if fitting.count > 1 {
      // Rows without names mostly are user, item, rating.
      if table.names == nil, fitting.contains(2) {
        guess(.rating, 2, "it is the third column and holds few different numbers")
      } else {
        candidates[.rating] = fitting
      }
    }
  }

  private mutating func findTimestamp() {
    let fitting = (candidates[.timestamp] ?? free).filter { table.timestampFormat($0) != nil }
    if fitting.count == 1 {
      guess(.timestamp, fitting[0], "its values are times")
    } else if fitting.count > 1 {
      candidates[.timestamp] = fitting
    }
  }

  private mutating func findUserAndItem() {
    let missing = [ColumnRole.user, .item].filter { columns[$0] == nil }
    guard !missing.isEmpty, columns[.rating] != nil else { return }
    // A title or a genre names an item, but is none.
    let left = free
    if left.count == missing.count {
      for (role, column) in zip(missing, left) {
        guess(
          role, column,
          missing.count == 1 ? "no other column is left" : "users mostly come before items")
        areOrdered = missing.count == 2
      }
    } else if missing.count == 2, table.names == nil, left.prefix(2) == [0, 1] {
      guess(.user, 0, "it is the first column")
      guess(.item, 1, "it is the second column")
      areOrdered = true
    } else {
      for role in missing { candidates[role] = candidates[role] ?? left }
    }
  }

  // MARK: - Lists of items

  /// The column with the most ids of rated items, unless that of the name has some.
  private mutating func findRatedItems(_ rated: Set<String>) {
    func count(_ column: Int) -> Int { rated.intersection(table.cells(column)).count }
    if let named = columns[.item], count(named) > 0 || rated.isEmpty { return }
    let counts = (0..<table.count).map { (column: $0, count: count($0)) }
    // The first of several with as many: ids mostly come first.
    guard let best = counts.max(by: { $0.count < $1.count })?.count, best > 0,
      let column = counts.first(where: { $0.count == best })?.column
    else { return }
    for role in [ColumnRole.title, .genres] where columns[role] == column { columns[role] = nil }
    guesses.removeAll { $0.role == .item }
    guess(.item, column, "it holds ids of rated items")
  }

  /// The column of texts that differ the most.
  private mutating func findTitles() {
    let texts = free.filter { column in
      table.isMostly(column) { !ColumnTable.isNumberOrTime($0) }
    }.map { (column: $0, count: Set(table.cells($0)).count) }
    guard let best = texts.map(\.count).max(),
      let column = texts.first(where: { $0.count == best })?.column
    else { return }
    guess(.title, column, "no other texts differ more")
  }

  private mutating func guess(_ role: ColumnRole, _ column: Int, _ reason: String) {
    columns[role] = column
    candidates[role] = nil
    guesses.append((role, reason))
  }
}
