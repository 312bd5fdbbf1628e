/// Short pieces of bytes that are made once and written many times, one after the other in a buffer.
struct TextRows: Sendable {
  private var bytes: [UInt8] = []
  private var ends = [0]

  /// Makes `count` rows; `append` adds the bytes of a row to those before.
  init(count: Int, _ append: (_ row: Int, _ bytes: inout [UInt8]) -> Void) {
    ends.reserveCapacity(count + 1)
    for row in 0..<count {
      append(row, &bytes)
      ends.append(bytes.count)
    }
  }

  /// Adds a row to other bytes.
  func append(_ row: Int, to target: inout [UInt8]) {
    target += bytes[ends[row]..<ends[row + 1]]
  }
}
