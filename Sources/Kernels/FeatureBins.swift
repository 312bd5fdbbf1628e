/// Bounds that part the values of each feature into bins of about as many rows each.
struct FeatureBins: Sendable {
  /// For each feature the ascending bounds between its bins: a value's bin is how many of them it does
  /// not lie below.
  let bounds: [[Float]]

  /// The most bins of a feature.
  static let most = 64
  /// The rows that bounds are taken from, evenly spaced, are no more than that.
  private static let mostRows = 1 << 18

  /// Finds the bounds of rows of features.
  ///
  /// The least value has a bin of its own where it is a share of the rows that a bound falls on, as a
  /// mark for what is missing may be.
  init(_ rows: [Float], width: Int, threads: Int) {
    let count = rows.count / width
    let step = max((count + Self.mostRows - 1) / Self.mostRows, 1)
    bounds = Parallel.map(width, threads: threads) { feature in
      var values = stride(from: 0, to: count, by: step).map { rows[$0 * width + feature] }
      values.sort()
      guard let least = values.first else { return [] }
      var bounds: [Float] = []
      if let second = values.first(where: { $0 > least }), values.count > 1, values[1] == least {
        bounds.append(second)
      }
      for bin in 1..<Self.most {
        let value = values[values.count * bin / Self.most]
        if value > (bounds.last ?? least), bounds.count < Self.most - 1 { bounds.append(value) }
      }
      return bounds
    }
  }

  /// The bins of rows of features, in their order.
  func numbers(_ rows: [Float], threads: Int) -> [UInt8] {
    let width = bounds.count
    let length = 1 << 12
    let count = rows.count / width
    return Parallel.map((count + length - 1) / length, threads: threads) { piece in
      var numbers: [UInt8] = []
      numbers.reserveCapacity(length * width)
      for place in piece * length * width..<min((piece + 1) * length, count) * width {
        numbers.append(UInt8(Self.number(of: rows[place], in: bounds[place % width])))
      }
      return numbers
    }.flatMap(\.self)
  }

  /// How many of some ascending bounds a value does not lie below.
  static func number(of value: Float, in bounds: [Float]) -> Int {
    var (low, high) = (0, bounds.count)
    while low < high {
      let middle = low + (high - low) / 2
      if value >= bounds[middle] {
        low = middle + 1
      } else {
        high = middle
      }
    }
    return low
  }
}
