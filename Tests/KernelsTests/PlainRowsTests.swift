import Kernels
import Testing

@Suite struct PlainRowsTests {
  static let comma = PlainRows.Shape(
    delimiter: [UInt8(ascii: ",")], hasTimestamps: true, minimum: 0.5, maximum: 5)

  struct Row: Equatable {
    var user: UInt64
    var item: UInt64
    var value: Float
    var timestamp: Int64?
  }

  /// Returns what the kernel reads of a text and how many bytes it takes.
  static func read(_ text: [UInt8], shape: PlainRows.Shape) -> (rows: [Row], end: Int) {
    var rows: [Row] = []
    var end = 0
    var batch = PlainRows()
    repeat {
      end += batch.read(text.span.extracting(droppingFirst: end), shape: shape)
      for row in 0..<batch.count {
        rows.append(
          Row(
            user: batch.users[row], item: batch.items[row], value: batch.values[row],
            timestamp: shape.hasTimestamps ? batch.timestamps[row] : nil))
      }
    } while batch.count == PlainRows.capacity
    return (rows, end)
  }

  static func agrees(_ text: [UInt8], shape: PlainRows.Shape) -> Bool {
    let kernel = read(text, shape: shape)
    let reference = ScalarReference.plainRows(text, shape: shape)
    return kernel.rows == reference.rows && kernel.end == reference.end
  }

  @Test(
    arguments: [
      "1,31,2.5,1260759144", "12345678,1234567890123456,3,9999999999999999", "0,0,0.5,0",
      "123456789,87654321,00000004.5000000,12345678", "1,2,4.25,3\r", "1,2,1.9999999,3",
      // Not plain:
      "", "1", "1,", "1,2,3", "1,2,3,", ",2,3,4", "1,,3,4", "1,2,,4", "01,2,3,4", "1,02,3,4",
      "00,2,3,4", "1,2,3,4,5", "1,2,5.1,4", "1,2,0,4", "1,2,.5,4", "1,2,3.,4", "1,2,-3,4",
      "1,2,3,-4", "1,2,3,4.0", "1,2,3.5.5,4", "1,2,3e0,4", "1,2,3,4\r\r", "1,2,3\r,4", "1,2,3,4 ",
      " 1,2,3,4", "\"1\",2,3,4", "1;2;3;4", "12345678901234567,2,3,4", "1,2,3,12345678901234567",
      "1,2,000000003,4", "1,2,3.00000000,4", "1.5,2,3,4", "1,2,3,4\0", "\u{E9},2,3,4", "1,2,3,4/",
      "1,2,3,4:", "1::2::3::4",
    ], ["1,2,3,4\n", "77,2,3.5,4\n5,6"])
  func aRowReadsAsByThePlainLoop(row: String, after: String) {
    for text in [row + "\n" + after, after + row, after + row + "\n" + after] {
      #expect(Self.agrees(Array(text.utf8), shape: Self.comma), "\(text)")
    }
  }

  @Test(arguments: [",", "\t", "::"], [true, false])
  func textsOfEveryLengthReadAsByThePlainLoop(delimiter: String, hasTimestamps: Bool) {
    let shape = PlainRows.Shape(
      delimiter: Array(delimiter.utf8), hasTimestamps: hasTimestamps, minimum: -.infinity,
      maximum: .infinity)
    let text = Array(Self.text(rows: 40, delimiter: delimiter, hasTimestamps: hasTimestamps).utf8)
    for count in 0...text.count {
      #expect(Self.agrees(Array(text[..<count]), shape: shape), "\(count) bytes")
    }
  }

  /// Bytes are replaced, dropped and doubled where it hurts, in texts longer than a window.
  @Test func damagedTextsReadAsByThePlainLoop() {
    let bytes = Array("0159,.\r\n\" -+e:\0\u{FF}".utf8)
    var state: UInt64 = 1
    func random(below count: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % count
    }
    for round in 0..<60 {
      var text = Array(
        Self.text(rows: round % 3 == 0 ? 1_500 : 20, delimiter: ",", hasTimestamps: true).utf8)
      for _ in 0...random(below: 3) {
        let place = random(below: text.count)
        switch random(below: 3) {
        case 0: text[place] = bytes[random(below: bytes.count)]
        case 1: text.remove(at: place)
        default: text.insert(bytes[random(below: bytes.count)], at: place)
        }
      }
      #expect(Self.agrees(text, shape: Self.comma), "round \(round)")
    }
  }

  @Test func noMoreRowsAreReadThanThereIsRoomFor() {
    let text = Array(Self.text(rows: 2_000, delimiter: ",", hasTimestamps: true).utf8)
    var batch = PlainRows()
    let end = batch.read(text.span, shape: Self.comma)
    #expect(batch.count == PlainRows.capacity)
    #expect(text[end - 1] == UInt8(ascii: "\n"))
    #expect(text[..<end].count { $0 == UInt8(ascii: "\n") } == PlainRows.capacity)
  }

  private static func text(rows: Int, delimiter: String, hasTimestamps: Bool) -> String {
    (0..<rows).map { row in
      let user = row / 7 * (row % 50 == 0 ? 1_000_003 : 1)
      let fields =
        ["\(user)", "\(row * row * 31 % 1_000_000)", "\(row % 9 / 2 + 1).\(row % 9 % 2 * 5)"]
        + (hasTimestamps ? ["\(900_000_000 + row * 1_000_003)"] : [])
      return fields.joined(separator: delimiter) + (row % 5 == 0 ? "\r\n" : "\n")
    }.joined()
  }
}

extension ScalarReference {
  /// The plain rows at the start of a text, found byte by byte.
  static func plainRows(
    _ text: [UInt8], shape: PlainRows.Shape
  ) -> (rows: [PlainRowsTests.Row], end: Int) {
    var rows: [PlainRowsTests.Row] = []
    var end = 0
    while let lineFeed = text[end...].firstIndex(of: UInt8(ascii: "\n")),
      let row = plainRow(Array(text[end..<lineFeed]), shape: shape)
    {
      rows.append(row)
      end = lineFeed + 1
    }
    return (rows, end)
  }

  private static func plainRow(_ line: [UInt8], shape: PlainRows.Shape) -> PlainRowsTests.Row? {
    let line = line.last == UInt8(ascii: "\r") ? line.dropLast() : line[...]
    var fields: [[UInt8]] = [[]]
    var position = line.startIndex
    while position < line.endIndex {
      if line[position...].starts(with: shape.delimiter) {
        fields.append([])
        position += shape.delimiter.count
      } else {
        fields[fields.count - 1].append(line[position])
        position += 1
      }
    }
    guard fields.count == (shape.hasTimestamps ? 4 : 3), let user = id(fields[0]),
      let item = id(fields[1]), let value = rating(fields[2]),
      shape.minimum <= value, value <= shape.maximum
    else { return nil }
    guard shape.hasTimestamps else {
      return PlainRowsTests.Row(user: user, item: item, value: value)
    }
    guard let timestamp = digits(fields[3], atMost: 16) else { return nil }
    return PlainRowsTests.Row(user: user, item: item, value: value, timestamp: Int64(timestamp))
  }

  private static func id(_ field: [UInt8]) -> UInt64? {
    if field.count > 1, field[0] == UInt8(ascii: "0") { return nil }
    return digits(field, atMost: 16)
  }

  private static func rating(_ field: [UInt8]) -> Float? {
    let parts = field.split(
      separator: UInt8(ascii: "."), maxSplits: 1, omittingEmptySubsequences: false)
    guard digits(Array(parts[0]), atMost: 8) != nil else { return nil }
    if parts.count == 2, digits(Array(parts[1]), atMost: 7) == nil { return nil }
    return Double(String(decoding: field, as: UTF8.self)).map { Float($0) }
  }

  private static func digits(_ field: [UInt8], atMost length: Int) -> UInt64? {
    guard 1...length ~= field.count, field.allSatisfy({ 48...57 ~= $0 }) else { return nil }
    return UInt64(String(decoding: field, as: UTF8.self))
  }
}
