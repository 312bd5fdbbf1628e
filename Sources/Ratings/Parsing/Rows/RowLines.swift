/// The line of each row, of which only the jumps are stored: where a line does not follow the line
/// of the row before.
///
/// A jump takes two bytes or few more, so that even a file in which every row is followed by a blank
/// line needs little room; only error messages ask for a line.
struct RowLines: Sendable {
  /// The line of the last row; 1, that of the header, before the first.
  private(set) var last = 1
  private var lastJump = 0
  /// For each jump the rows since the jump before and the lines since the row before, each in groups
  /// of seven bits, lowest first, all but the last with the eighth bit set.
  private var jumps: [UInt8] = []

  /// Adds rows, the first of which has this number, that stand in consecutive lines.
  mutating func append(_ line: Int, row: Int, count: Int = 1) {
    if line != last + 1 {
      append(row - lastJump)
      append(line - last)
      lastJump = row
    }
    last = line + count - 1
  }

  /// Returns the line of a row.
  ///
  /// - Complexity: O(*n*) in the number of jumps.
  func line(ofRow row: Int) -> Int {
    var line = 2 + row
    var position = 0
    var jumpRow = 0
    while position < jumps.count {
      jumpRow += number(at: &position)
      let lines = number(at: &position)
      if jumpRow > row { break }
      line += lines - 1
    }
    return line
  }

  private mutating func append(_ number: Int) {
    var rest = number
    while rest >= 0x80 {
      jumps.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    jumps.append(UInt8(rest))
  }

  private func number(at position: inout Int) -> Int {
    var number = 0
    var shift = 0
    while true {
      let byte = jumps[position]
      position += 1
      number |= Int(byte & 0x7F) << shift
      if byte < 0x80 { return number }
      shift += 7
    }
  }
}
