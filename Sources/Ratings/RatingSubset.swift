/// Some rows of a dataset, by their numbers and without copies of their ratings.
public struct RatingSubset: Sendable {
  /// The dataset's ratings.
  public let columns: RatingColumns
  /// The numbers of the rows, or `nil` for all of them in order.
  public let rows: [Int32]?

  /// Chooses rows of a dataset, in the order given; without rows, all.
  public init(_ columns: RatingColumns, rows: [Int32]? = nil) {
    self.columns = columns
    self.rows = rows
  }

  /// The number of ratings.
  public var count: Int { rows?.count ?? columns.count }

  /// The number in the dataset of the rating at a position.
  public func row(at position: Int) -> Int {
    rows.map { Int($0[position]) } ?? position
  }

  /// Returns copies of the ratings.
  public func selected() -> RatingColumns {
    rows.map { columns.selecting($0) } ?? columns
  }
}
