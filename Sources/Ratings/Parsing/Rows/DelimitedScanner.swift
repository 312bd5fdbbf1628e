/// Takes rows of delimited fields apart.
struct DelimitedScanner: Sendable {
  private static let lineFeed = UInt8(ascii: "\n")
  private static let carriageReturn = UInt8(ascii: "\r")
  private static let quote = UInt8(ascii: "\"")

  private let layout: DelimitedLayout
  private let delimiter: UInt8

  init(layout: DelimitedLayout) {
    self.layout = layout
    delimiter = layout.delimiter[0]
  }

  /// Finds the fields of a row, or passes over a comment or a blank line.
  func scan(_ row: inout ParsedRow, isLast: Bool) -> RowScanner.Outcome {
    let bytes = row.bytes
    var position = row.start
    if !layout.comment.isEmpty {
      let first = bytes[position...].prefix(layout.comment.count)
      if first.elementsEqual(layout.comment) {
        let end = endOfLine(bytes, from: position)
        return end == nil && !isLast
          ? .incomplete : .nothing(end: end.map { $0 + 1 } ?? bytes.count, lines: 1)
      }
      // What has arrived may be the beginning of the prefix.
      if !isLast, first.count < layout.comment.count, layout.comment.starts(with: first) {
        return .incomplete
      }
    }
    var lines = 1
    while true {
      let isQuoted =
        layout.allowsQuotes && position < bytes.count && bytes[position] == Self.quote
      if isQuoted {
        let opening = position
        let closing = closingQuote(bytes, after: opening)
        guard let closing else { return isLast ? .openQuote(at: opening) : .incomplete }
        // A quote at the end of the bytes may be the first of a doubled one.
        if closing.position + 1 == bytes.count, !isLast { return .incomplete }
        lines += closing.lineFeeds
        row.fields.append(
          ParsedRow.Field(
            start: opening, content: (opening + 1)..<closing.position,
            escapes: closing.hasEscapes ? .doubledQuotes : .none))
        position = closing.position + 1
      } else {
        let fieldStart = position
        position = endOfPlainField(bytes, from: position)
        var end = position
        let endsLine = position == bytes.count || bytes[position] == Self.lineFeed
        if endsLine, end > fieldStart, bytes[end - 1] == Self.carriageReturn { end -= 1 }
        row.fields.append(
          ParsedRow.Field(start: fieldStart, content: fieldStart..<end, escapes: .none))
      }

      if isDelimiter(bytes, at: position) {
        position += layout.delimiter.count
        continue
      }
      if isQuoted, position < bytes.count, bytes[position] == Self.carriageReturn,
        position + 1 == bytes.count || bytes[position + 1] == Self.lineFeed
      {
        position += 1
      }
      if position == bytes.count {
        return isLast ? found(row, end: position, lines: lines) : .incomplete
      }
      if bytes[position] == Self.lineFeed { return found(row, end: position + 1, lines: lines) }
      guard let end = endOfLine(bytes, from: position) ?? (isLast ? bytes.count : nil) else {
        return .incomplete
      }
      return .fault(
        RowFault(
          reason: .misplacedQuote, position: position,
          text: "there is text after the closing quote of a field"),
        end: min(end + 1, bytes.count), lines: lines)
    }
  }

  /// The row, unless its line is blank.
  private func found(_ row: ParsedRow, end: Int, lines: Int) -> RowScanner.Outcome {
    let isBlank =
      row.fields.count == 1 && row.fields[0].content.isEmpty
      && row.fields[0].start == row.fields[0].content.lowerBound
    return isBlank ? .nothing(end: end, lines: lines) : .row(end: end, lines: lines)
  }

  private func endOfLine(_ bytes: [UInt8], from start: Int) -> Int? {
    var position = start
    while position < bytes.count {
      if bytes[position] == Self.lineFeed { return position }
      position += 1
    }
    return nil
  }

  private func endOfPlainField(_ bytes: [UInt8], from start: Int) -> Int {
    var position = start
    while position < bytes.count {
      let byte = bytes[position]
      if byte == Self.lineFeed || byte == delimiter && isDelimiter(bytes, at: position) { break }
      position += 1
    }
    return position
  }

  private func isDelimiter(_ bytes: [UInt8], at position: Int) -> Bool {
    guard position < bytes.count, bytes[position] == delimiter else { return false }
    let count = layout.delimiter.count
    if count == 1 { return true }
    guard position + count <= bytes.count else { return false }
    for offset in 1..<count where bytes[position + offset] != layout.delimiter[offset] {
      return false
    }
    return true
  }

  private func closingQuote(
    _ bytes: [UInt8], after opening: Int
  ) -> (position: Int, lineFeeds: Int, hasEscapes: Bool)? {
    var position = opening + 1
    var lineFeeds = 0
    var hasEscapes = false
    while position < bytes.count {
      if bytes[position] == Self.lineFeed { lineFeeds += 1 }
      if bytes[position] == Self.quote {
        guard position + 1 < bytes.count, bytes[position + 1] == Self.quote else {
          return (position, lineFeeds, hasEscapes)
        }
        hasEscapes = true
        position += 1
      }
      position += 1
    }
    return nil
  }
}
