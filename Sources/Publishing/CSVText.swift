/// Comma-separated values as RFC 4180 has them, with LF at the end of a line.
enum CSVText {
  private static let comma = UInt8(ascii: ",")
  private static let quote = UInt8(ascii: "\"")
  private static let lineFeed = UInt8(ascii: "\n")
  private static let carriageReturn = UInt8(ascii: "\r")

  /// Adds a record with its line end.
  static func appendRow(_ fields: [String], to bytes: inout [UInt8]) {
    for (position, field) in fields.enumerated() {
      if position > 0 { bytes.append(comma) }
      appendField(field, to: &bytes)
    }
    bytes.append(lineFeed)
  }

  /// Adds a field, in quotes only where it has a comma, a quote or a line end.
  static func appendField(_ field: String, to bytes: inout [UInt8]) {
    let needsQuotes = field.utf8.contains {
      $0 == comma || $0 == quote || $0 == lineFeed || $0 == carriageReturn
    }
    guard needsQuotes else {
      bytes += field.utf8
      return
    }
    bytes.append(quote)
    for byte in field.utf8 {
      if byte == quote { bytes.append(quote) }
      bytes.append(byte)
    }
    bytes.append(quote)
  }

  /// Reads a file that `appendRow` wrote, header included.
  ///
  /// Nothing else is accepted: each record has as many fields as the header, which must be the
  /// given one, and the last line is ended. The error is the place and the reason.
  static func rows(
    _ bytes: [UInt8], header: [String]
  ) throws(CSVProblem) -> [[String]] {
    var scanner = Scanner(bytes: bytes)
    var rows: [[String]] = []
    while !scanner.isAtEnd {
      let line = scanner.line
      let row = try scanner.record()
      guard row.count == header.count else {
        throw CSVProblem(line: line, reason: "\(row.count) fields instead of \(header.count)")
      }
      rows.append(row)
    }
    guard let first = rows.first else { throw CSVProblem(line: 1, reason: "no header") }
    guard first == header else {
      throw CSVProblem(line: 1, reason: "another header than \(header.joined(separator: ","))")
    }
    rows.removeFirst()
    return rows
  }

  private struct Scanner {
    let bytes: [UInt8]
    var offset = 0
    var line = 1

    var isAtEnd: Bool { offset == bytes.count }

    mutating func record() throws(CSVProblem) -> [String] {
      var fields: [String] = []
      while true {
        let isQuoted = offset < bytes.count && bytes[offset] == quote
        let field = isQuoted ? try quotedBytes() : try plainBytes()
        guard let text = String(validating: field, as: UTF8.self) else {
          throw problem("not UTF-8")
        }
        fields.append(text)
        guard offset < bytes.count else { throw problem("no line end") }
        let end = bytes[offset]
        offset += 1
        if end == comma { continue }
        guard end == lineFeed else { throw problem("something after a closing quote") }
        line += 1
        return fields
      }
    }

    private mutating func plainBytes() throws(CSVProblem) -> [UInt8] {
      let start = offset
      while offset < bytes.count, bytes[offset] != comma, bytes[offset] != lineFeed {
        if bytes[offset] == quote || bytes[offset] == carriageReturn {
          throw problem("a quote or carriage return outside quotes")
        }
        offset += 1
      }
      return Array(bytes[start..<offset])
    }

    private mutating func quotedBytes() throws(CSVProblem) -> [UInt8] {
      var field: [UInt8] = []
      offset += 1
      while offset < bytes.count {
        let byte = bytes[offset]
        offset += 1
        if byte == quote {
          guard offset < bytes.count, bytes[offset] == quote else { return field }
          offset += 1
        } else if byte == lineFeed {
          line += 1
        }
        field.append(byte)
      }
      throw problem("a quote that is never closed")
    }

    private func problem(_ reason: String) -> CSVProblem {
      CSVProblem(line: line, reason: reason)
    }
  }
}

/// A line that is not what its writer would have written.
struct CSVProblem: Error, Equatable {
  /// The line, from 1.
  let line: Int
  /// What it has.
  let reason: String
}
