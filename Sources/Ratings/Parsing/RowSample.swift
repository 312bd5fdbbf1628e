/// The first rows of a delimited file as texts, taken apart as the parser would.
public enum RowSample {
  /// Returns the fields of the first rows, a header included; rows that cannot be taken apart are
  /// passed over.
  ///
  /// - Parameters:
  ///   - bytes: The beginning of the file.
  ///   - options: How its rows are written.
  ///   - isWhole: Whether the file ends with the bytes; otherwise the last row counts only if its line
  ///     ends.
  ///   - limit: The most rows that are returned.
  /// - Returns: The rows, each with its fields.
  public static func rows(
    of bytes: [UInt8], options: RowOptions, isWhole: Bool, limit: Int
  ) -> [[String]] {
    let layout = DelimitedLayout(options)
    var text = bytes
    if case .utf16(let isBigEndian) = layout.encoding {
      var reader = UTF16Reader(isBigEndian: isBigEndian)
      text = reader.read(bytes)
    } else if text.starts(with: [0xEF, 0xBB, 0xBF]) {
      text.removeFirst(3)
    }
    let scanner = RowScanner(.delimited(layout))
    var row = ParsedRow(encoding: layout.encoding)
    row.bytes = text
    var rows: [[String]] = []
    var position = 0
    while position < text.count, rows.count < limit {
      switch scanner.scan(&row, from: position, isLast: isWhole) {
      case .row(let end, _):
        rows.append(
          row.fields.indices.map { field in
            row.text(field)
              ?? String(decoding: row.bytes[row.fields[field].content], as: UTF8.self)
          })
        position = end
      case .nothing(let end, _), .fault(_, let end, _):
        position = end
      case .openQuote, .incomplete:
        return rows
      }
    }
    return rows
  }
}
