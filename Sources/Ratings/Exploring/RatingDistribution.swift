/// How often each rating was given.
public struct RatingDistribution: Sendable, Equatable {
  /// The ratings from one value to another, and how many there are.
  public struct Bin: Sendable, Equatable {
    /// The least rating that the bin takes.
    public let lower: Float
    /// The greatest rating that the bin takes; between bins of a continuous scale it belongs to the
    /// next one.
    public let upper: Float
    /// The number of ratings.
    public internal(set) var count: Int
  }

  /// The most bins that there are.
  public static let mostBins = 20

  /// The mean.
  public let mean: Double
  /// The middle rating, or the mean of the two in the middle.
  public let median: Double
  /// The standard deviation of the ratings themselves: the root of their mean squared distance from
  /// the mean.
  public let standardDeviation: Double
  /// The number of different ratings, or `nil` where there are so many that they were not told apart.
  public let distinctValues: Int?
  /// The distance that all ratings are whole multiples of from the least one, or `nil` if there is
  /// none or only one rating.
  public let step: Float?
  /// The bins, ascending: one for each step of the scale, or for a few of them where there are many
  /// steps; equally wide ones on a continuous scale.
  public let bins: [Bin]

  init(of values: [Float]) {
    let table = ValueTable(values)
    let count = Double(values.count)
    let mean = values.reduce(0.0) { $0 + Double($1) } / count
    let squares = values.reduce(0.0) { $0 + (Double($1) - mean) * (Double($1) - mean) }
    self.mean = mean
    standardDeviation = (squares / count).squareRoot()
    let middle = (
      table.value(atRank: (values.count - 1) / 2), table.value(atRank: values.count / 2)
    )
    median = (Double(middle.0) + Double(middle.1)) / 2
    distinctValues = table.distinctValues?.count
    let range = (table.value(atRank: 0), table.value(atRank: values.count - 1))
    let step = table.distinctValues.flatMap { Self.commonStep(of: $0.map(\.value)) }
    self.step = step.map { Float($0) }
    if let step, let distinct = table.distinctValues {
      bins = Self.steppedBins(distinct, step: step)
    } else if range.0 == range.1 {
      bins = [Bin(lower: range.0, upper: range.1, count: values.count)]
    } else {
      bins = Self.equalBins(values, from: range.0, to: range.1)
    }
  }

  /// The greatest distance that all of some ascending values are whole multiples of from the first.
  ///
  /// Values are decimals that a float rounds, so a distance counts as none below a ten-thousandth of
  /// the range; a step is at least a thousandth of the range.
  private static func commonStep(of values: [Float]) -> Double? {
    guard let first = values.first, let last = values.last, first < last else { return nil }
    let range = Double(last) - Double(first)
    var step = range
    for value in values {
      var (greater, rest) = (step, Double(value) - Double(first))
      while rest > range / 10_000 {
        let quotient = (greater / rest).rounded()
        (greater, rest) = (rest, (greater - quotient * rest).magnitude)
      }
      step = greater
    }
    guard step > range / 1_000 else { return nil }
    // What rounding left in the remainders is taken out again.
    return range / (range / step).rounded()
  }

  private static func steppedBins(
    _ values: [(value: Float, count: Int)], step: Double
  ) -> [Bin] {
    guard let first = values.first?.value, let last = values.last?.value else { return [] }
    func position(of value: Float) -> Int {
      Int(((Double(value) - Double(first)) / step).rounded())
    }
    let steps = position(of: last) + 1
    let stepsPerBin = (steps + mostBins - 1) / mostBins
    func value(at position: Int) -> Float { Float(Double(first) + Double(position) * step) }
    var bins = stride(from: 0, to: steps, by: stepsPerBin).map { start in
      Bin(
        lower: value(at: start), upper: value(at: min(start + stepsPerBin, steps) - 1), count: 0)
    }
    for (value, count) in values { bins[position(of: value) / stepsPerBin].count += count }
    return bins
  }

  private static func equalBins(_ values: [Float], from least: Float, to greatest: Float) -> [Bin] {
    let (start, range) = (Double(least), Double(greatest) - Double(least))
    func bound(_ position: Int) -> Float {
      position == mostBins
        ? greatest : Float(start + range * Double(position) / Double(mostBins))
    }
    var bins = (0..<mostBins).map { Bin(lower: bound($0), upper: bound($0 + 1), count: 0) }
    for value in values {
      let position = Int((Double(value) - start) / range * Double(mostBins))
      bins[min(position, mostBins - 1)].count += 1
    }
    return bins
  }
}

/// Counts values by the upper half of their bits, which tells apart what people rate with.
private struct ValueTable {
  private let values: [Float]
  /// The number of values by the upper half of their key.
  private var counts = [Int](repeating: 0, count: 1 << 16)
  /// By the upper half: the lower half of the first value, where all have the same.
  private var lowerHalves = [UInt16](repeating: 0, count: 1 << 16)
  private var isMixed = false

  init(_ values: [Float]) {
    self.values = values
    for value in values {
      let key = Self.key(value)
      let (upper, lower) = (Int(key >> 16), UInt16(truncatingIfNeeded: key))
      if counts[upper] == 0 { lowerHalves[upper] = lower }
      if lowerHalves[upper] != lower { isMixed = true }
      counts[upper] += 1
    }
  }

  /// The different values, ascending, with how often each comes; `nil` where two share an upper half.
  var distinctValues: [(value: Float, count: Int)]? {
    guard !isMixed else { return nil }
    return counts.indices.filter { counts[$0] > 0 }.map { upper in
      (Self.value(ofKey: UInt32(upper) << 16 | UInt32(lowerHalves[upper])), counts[upper])
    }
  }

  /// The value at a position of the ascending order.
  func value(atRank rank: Int) -> Float {
    var rest = rank
    var upper = 0
    while rest >= counts[upper] {
      rest -= counts[upper]
      upper += 1
    }
    guard isMixed else {
      return Self.value(ofKey: UInt32(upper) << 16 | UInt32(lowerHalves[upper]))
    }
    var lowerCounts = [Int](repeating: 0, count: 1 << 16)
    for value in values {
      let key = Self.key(value)
      if Int(key >> 16) == upper { lowerCounts[Int(key & 0xFFFF)] += 1 }
    }
    var lower = 0
    while rest >= lowerCounts[lower] {
      rest -= lowerCounts[lower]
      lower += 1
    }
    return Self.value(ofKey: UInt32(upper) << 16 | UInt32(lower))
  }

  /// A number that orders finite values as they are ordered themselves, and both zeros as one.
  private static func key(_ value: Float) -> UInt32 {
    let bits = value == 0 ? 0 : value.bitPattern
    return bits >> 31 == 1 ? ~bits : bits | 1 << 31
  }

  private static func value(ofKey key: UInt32) -> Float {
    Float(bitPattern: key >> 31 == 1 ? key ^ 1 << 31 : ~key)
  }
}
