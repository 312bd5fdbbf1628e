import Ratings

/// The first rows of a file in columns.
struct ColumnTable {
  /// The columns' names, where the file has them.
  let names: [String]?
  /// The rows, each with a cell for every column.
  let rows: [[String]]

  /// The number of columns.
  var count: Int { names?.count ?? rows.first?.count ?? 0 }

  /// The cells of a column that are not empty.
  func cells(_ column: Int) -> [String] { rows.map { $0[column] }.filter { !$0.isEmpty } }

  /// What stands for a column in a job file: its name where it has one of its own.
  func reference(_ column: Int) -> ColumnReference {
    guard let names, !names[column].isEmpty, names.count(where: { $0 == names[column] }) == 1 else {
      return .position(column)
    }
    return .named(names[column])
  }

  /// The column that a name, or a position from 0 in digits, stands for.
  func position(of name: String) -> Int? {
    if let position = names?.firstIndex(of: name) { return position }
    return Int(name).flatMap { (0..<count).contains($0) ? $0 : nil }
  }

  /// A column's name for people.
  func title(_ column: Int) -> String {
    let name = names?[column] ?? ""
    return name.isEmpty ? "column \(column)" : name
  }

  // MARK: - What the cells are

  /// Whether every cell of a column is a decimal number, and there is one.
  func isNumeric(_ column: Int) -> Bool {
    let cells = cells(column)
    return !cells.isEmpty && cells.allSatisfy { Self.number($0) != nil }
  }

  /// Whether a column's numbers look like ratings: more than one, and few that differ.
  func looksLikeRatings(_ column: Int) -> Bool {
    let numbers = cells(column).compactMap(Self.number)
    let different = Set(numbers)
    return isNumeric(column) && 2...21 ~= different.count
      && numbers.allSatisfy { $0.magnitude <= 100 }
      && different.count * 2 <= max(numbers.count, 4)
  }

  /// How a column's times are written, or `nil` where they are not times that can be read.
  func timestampFormat(_ column: Int) -> TimestampFormat? {
    let cells = cells(column)
    guard !cells.isEmpty else { return nil }
    let integers = cells.compactMap { Int64($0) }
    if integers.count == cells.count {
      // From 1990 to 2106, in seconds or in milliseconds.
      if integers.allSatisfy({ (631_152_000...4_294_967_295).contains($0) }) { return .seconds }
      let milliseconds = Int64(631_152_000_000)...4_294_967_295_000
      return integers.allSatisfy(milliseconds.contains) ? .milliseconds : nil
    }
    return cells.allSatisfy { ISO8601.seconds($0.utf8) != nil } ? .iso8601 : nil
  }

  /// A decimal number with a point, as the parser reads it.
  static func number(_ cell: String) -> Double? {
    guard cell.allSatisfy({ $0.isASCII && ($0.isNumber || "+-.eE".contains($0)) }) else {
      return nil
    }
    return Double(cell)
  }
}
