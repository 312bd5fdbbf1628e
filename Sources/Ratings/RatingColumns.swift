/// Ratings as columns of equal length, a row at each position.
public struct RatingColumns: Sendable, Equatable {
  /// Who rated, by row.
  public private(set) var users: [UserIndex]
  /// What was rated, by row.
  public private(set) var items: [ItemIndex]
  /// The ratings, by row.
  public private(set) var values: [Float]
  /// Seconds since 1970-01-01 UTC, by row; empty if there are no timestamps.
  public private(set) var timestamps: Timestamps

  /// Creates ratings from their columns.
  ///
  /// - Precondition: The columns are equally long; `timestamps` may be empty instead.
  public init(
    users: [UserIndex], items: [ItemIndex], values: [Float], timestamps: Timestamps = []
  ) {
    precondition(
      users.count == items.count && users.count == values.count, "columns differ in length")
    precondition(
      timestamps.isEmpty || timestamps.count == users.count, "timestamps differ in length")
    self.users = users
    self.items = items
    self.values = values
    self.timestamps = timestamps
  }

  /// The number of rows.
  @inlinable
  public var count: Int { users.count }

  /// Whether the rows have timestamps; true if there are no rows.
  public var hasTimestamps: Bool { timestamps.count == users.count }

  /// The rating of a row.
  public subscript(row: Int) -> Rating {
    Rating(
      user: users[row], item: items[row], value: values[row],
      timestamp: timestamps.isEmpty ? nil : timestamps[row])
  }

  /// Returns the ratings of some rows, in the order in which the rows are given.
  public func selecting(_ rows: [Int32]) -> RatingColumns {
    RatingColumns(
      users: rows.map { users[Int($0)] },
      items: rows.map { items[Int($0)] },
      values: rows.map { values[Int($0)] },
      timestamps: timestamps.isEmpty ? [] : timestamps.selecting(rows))
  }

  /// Drops the rows that are not marked, in place.
  mutating func keep(_ isKept: [Bool]) {
    users.keep(isKept)
    items.keep(isKept)
    values.keep(isKept)
    if !timestamps.isEmpty { timestamps.keep(isKept) }
  }

  /// Gives users and items other indices, in place; `newUsers` and `newItems` go by the old ones.
  mutating func renumber(users newUsers: [UserIndex], items newItems: [ItemIndex]) {
    for row in users.indices { users[row] = newUsers[users[row].position] }
    for row in items.indices { items[row] = newItems[items[row].position] }
  }

  /// Gives some rows another rating.
  mutating func replaceValue(ofRow row: Int, by value: Float) {
    values[row] = value
  }
}
