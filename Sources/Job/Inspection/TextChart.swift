/// Charts of block characters for a terminal.
enum TextChart {
  private static let eighths = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"]
  private static let levels = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"]

  /// A bar as long as a value is to the greatest one, which takes `width` columns; what is above zero
  /// is seen.
  static func bar(_ value: Int, of greatest: Int, width: Int) -> String {
    guard value > 0, greatest > 0 else { return "" }
    let length = max(Int((Double(value) / Double(greatest) * Double(8 * width)).rounded()), 1)
    return String(repeating: "█", count: length / 8) + eighths[length % 8]
  }

  /// A column for each value, the greatest the highest; a dot where the value is zero.
  static func sparkline(_ values: [Int]) -> String {
    let greatest = values.max() ?? 0
    return values.map { value in
      value > 0 ? levels[Int((Double(value) / Double(greatest) * 7).rounded())] : "·"
    }.joined()
  }
}
