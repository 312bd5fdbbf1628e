/// Finds the rows of a file.
enum RowScanner: Sendable {
  /// Fields with a delimiter between them.
  case delimited(DelimitedScanner)
  /// An object a line.
  case jsonLines(JSONLineScanner)

  /// What was found where a row was looked for.
  enum Outcome {
    /// A row; the next begins at `end`, so many lines further down.
    case row(end: Int, lines: Int)
    /// Lines that hold no row.
    case nothing(end: Int, lines: Int)
    /// A row that cannot be taken apart.
    case fault(RowFault, end: Int, lines: Int)
    /// A quote that the file never closes.
    case openQuote(at: Int)
    /// The bytes end within the row.
    case incomplete
  }

  init(_ layout: RowLayout) {
    self =
      switch layout {
      case .delimited(let layout): .delimited(DelimitedScanner(layout: layout))
      case .jsonLines(let paths): .jsonLines(JSONLineScanner(paths: paths))
      }
  }

  /// Finds the fields of the row that begins at `start`.
  ///
  /// - Parameters:
  ///   - row: The bytes; gets the fields.
  ///   - start: Where the row begins.
  ///   - isLast: Whether the file ends with these bytes.
  /// - Returns: What was found.
  func scan(_ row: inout ParsedRow, from start: Int, isLast: Bool) -> Outcome {
    row.start = start
    row.fields.removeAll(keepingCapacity: true)
    return switch self {
    case .delimited(let scanner): scanner.scan(&row, isLast: isLast)
    case .jsonLines(let scanner): scanner.scan(&row, isLast: isLast)
    }
  }
}
