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

  /// Whether nearly all cells of a column fulfil a condition; a few are rows that somebody has to
  /// correct, and no reason to misjudge the column.
  func isMostly(_ column: Int, _ fulfils: (String) -> Bool) -> Bool {
    let cells = cells(column)
    return !cells.isEmpty && cells.count(where: fulfils) * 10 >= cells.count * 9
  }

  /// Whether nearly all cells of a column are decimal numbers, with a point or a comma.
  func isNumeric(_ column: Int) -> Bool {
    isMostly(column) { Self.looseNumber($0) != nil }
  }

  /// Whether a column's numbers look like ratings: more than one, and few that differ.
  func looksLikeRatings(_ column: Int) -> Bool {
    let numbers = cells(column).compactMap(Self.looseNumber)
    let different = Set(numbers)
    return isNumeric(column) && 2...21 ~= different.count
      && numbers.allSatisfy { $0.magnitude <= 100 }
      && different.count * 2 <= max(numbers.count, 4)
  }

  /// How nearly all of a column's times are written, or `nil` where they are not times that can be
  /// read.
  func timestampFormat(_ column: Int) -> TimestampFormat? {
    [TimestampFormat.seconds, .milliseconds, .iso8601].first { format in
      isMostly(column) { Self.isTime($0, format) }
    }
  }

  /// Whether a cell is a number or a time, as names of columns are not.
  static func isNumberOrTime(_ cell: String) -> Bool {
    looseNumber(cell) != nil || isTime(cell, .iso8601)
  }

  /// Numbers are times from 1990 to 2106.
  private static func isTime(_ cell: String, _ format: TimestampFormat) -> Bool {
    switch format {
    case .seconds: Int64(cell).map { (631_152_000...4_294_967_295).contains($0) } ?? false
    case .milliseconds:
      Int64(cell).map { (631_152_000_000...4_294_967_295_000).contains($0) } ?? false
    case .iso8601: ISO8601.seconds(cell.utf8) != nil
    }
  }

  /// Whether a cell is a decimal number with a comma, such as `4,5`.
  static func hasDecimalComma(_ cell: String) -> Bool {
    cell.contains(",") && cell.wholeMatch(of: /[+-]?[0-9]+,[0-9]+/) != nil
  }

  /// A decimal number with a point or a comma.
  static func looseNumber(_ cell: String) -> Double? {
    number(hasDecimalComma(cell) ? cell.replacing(",", with: ".") : cell)
  }

  /// A decimal number with a point, as the parser reads it.
  static func number(_ cell: String) -> Double? {
    guard cell.allSatisfy({ $0.isASCII && ($0.isNumber || "+-.eE".contains($0)) }) else {
      return nil
    }
    return Double(cell)
  }
}
