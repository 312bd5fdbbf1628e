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
  @inlinable
  public var count: Int { rows?.count ?? columns.count }

  /// The number in the dataset of the rating at a position.
  @inlinable
  public func row(at position: Int) -> Int {
    if let rows { return Int(rows[position]) }
    return position
  }
}
