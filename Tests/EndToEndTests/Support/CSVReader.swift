/// A reader of RFC 4180 that shares nothing with the program's own.
enum CSVReader {
  struct Malformed: Error {
    let row: Int
  }

  /// The rows of a file whose lines end in LF, each with its fields as they were before quoting.
  static func rows(_ bytes: [UInt8]) throws(Malformed) -> [[String]] {
    var rows: [[String]] = []
    var row: [String] = []
    var field: [UInt8] = []
    var isQuoted = false
    var position = 0
    func next() -> UInt8? { position + 1 < bytes.count ? bytes[position + 1] : nil }
    while position < bytes.count {
      let byte = bytes[position]
      switch (byte, isQuoted) {
      case (UInt8(ascii: "\""), true) where next() == UInt8(ascii: "\""):
        field.append(byte)
        position += 1
      case (UInt8(ascii: "\""), true):
        isQuoted = false
        guard next() == UInt8(ascii: ",") || next() == UInt8(ascii: "\n") else {
          throw Malformed(row: rows.count)
        }
      case (UInt8(ascii: "\""), false):
        guard field.isEmpty else { throw Malformed(row: rows.count) }
        isQuoted = true
      case (UInt8(ascii: ","), false):
        row.append(String(decoding: field, as: UTF8.self))
        field = []
      case (UInt8(ascii: "\n"), false):
        row.append(String(decoding: field, as: UTF8.self))
        rows.append(row)
        (row, field) = ([], [])
      case (UInt8(ascii: "\r"), false):
        throw Malformed(row: rows.count)
      default:
        field.append(byte)
      }
      position += 1
    }
    guard row.isEmpty, field.isEmpty, !isQuoted else { throw Malformed(row: rows.count) }
    return rows
  }
}
