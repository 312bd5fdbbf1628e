/// What the most active users think of the most rated items.
public struct CrossTable: Sendable, Equatable {
  /// A row or a column, with its number of ratings in the whole dataset.
  public struct Heading<Index: DenseIndex>: Sendable, Equatable {
    /// Whose row or column it is.
    public let index: Index
    /// The number of ratings of the user or item.
    public let count: Int
  }

  /// The most rows and columns that there are.
  public static let size = 15

  /// The most active users, in order of their index; of equally active ones the first ones.
  public let users: [Heading<UserIndex>]
  /// The most rated items, in order of their index; of equally rated ones the first ones.
  public let items: [Heading<ItemIndex>]
  /// The ratings by row and column; `nil` where a user did not rate an item.
  public let ratings: [[Float?]]

  init(_ columns: RatingColumns, userCounts: [Int], itemCounts: [Int]) {
    users = Self.mostRated(userCounts)
    items = Self.mostRated(itemCounts)
    var rows = [Int?](repeating: nil, count: userCounts.count)
    var places = [Int?](repeating: nil, count: itemCounts.count)
    for (row, user) in users.enumerated() { rows[user.index.position] = row }
    for (place, item) in items.enumerated() { places[item.index.position] = place }
    var ratings = [[Float?]](
      repeating: [Float?](repeating: nil, count: items.count), count: users.count)
    for position in 0..<columns.count {
      guard let row = rows[columns.users[position].position],
        let place = places[columns.items[position].position]
      else { continue }
      ratings[row][place] = columns.values[position]
    }
    self.ratings = ratings
  }

  private static func mostRated<Index: DenseIndex>(_ counts: [Int]) -> [Heading<Index>] {
    counts.indices.sorted { (counts[$1], $0) < (counts[$0], $1) }.prefix(size).sorted()
      .map { Heading(index: Index($0), count: counts[$0]) }
  }
}
