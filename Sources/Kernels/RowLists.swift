/// The ratings of each row of one side, the users or the items, as compressed rows.
///
/// A row's members stand in the order in which they came.
public struct RowLists: Sendable {
  /// Where the members of each row begin; one more than there are rows.
  public let starts: [Int]
  /// The row on the other side of each member.
  public let others: [UInt32]
  /// The value of each member.
  public let values: [Float]
  /// The number of rows on the other side.
  public let otherRows: Int
  /// Consecutive rows that are one piece of work, about as many members in each.
  let pieces: [Range<Int>]

  private static let pieceLength = 1 << 15

  /// Sorts members by their rows.
  ///
  /// - Parameters:
  ///   - rows: The number of rows.
  ///   - otherRows: The number of rows on the other side.
  ///   - count: The number of members.
  ///   - member: Gives the member at a position: its row, the row on the other side, its value. Is
  ///     asked twice for each.
  /// - Complexity: O(*n* + rows); 8 bytes a member.
  /// - Precondition: All rows exist.
  public init(
    rows: Int, otherRows: Int, count: Int,
    member: (Int) -> (row: UInt32, other: UInt32, value: Float)
  ) {
    var starts = [Int](repeating: 0, count: rows + 1)
    for position in 0..<count { starts[Int(member(position).row) + 1] += 1 }
    for row in 0..<rows { starts[row + 1] += starts[row] }
    var next = starts
    var others = [UInt32](repeating: 0, count: count)
    var values = [Float](repeating: 0, count: count)
    for position in 0..<count {
      let member = member(position)
      precondition(Int(member.other) < otherRows, "a member of a row that is not there")
      let place = next[Int(member.row)]
      others[place] = member.other
      values[place] = member.value
      next[Int(member.row)] = place + 1
    }
    self.starts = starts
    self.others = others
    self.values = values
    self.otherRows = otherRows
    pieces = Self.pieces(starts)
  }

  /// The number of rows.
  public var rows: Int { starts.count - 1 }

  /// The number of a row's members.
  public func count(of row: Int) -> Int { starts[row + 1] - starts[row] }

  /// The pieces depend on the members alone, so that what is summed by piece has the same bits for any
  /// number of threads.
  private static func pieces(_ starts: [Int]) -> [Range<Int>] {
    var pieces: [Range<Int>] = []
    var first = 0
    for row in 0..<starts.count - 1
    where starts[row + 1] - starts[first] + row - first >= pieceLength || row == starts.count - 2 {
      pieces.append(first..<row + 1)
      first = row + 1
    }
    return pieces
  }
}
