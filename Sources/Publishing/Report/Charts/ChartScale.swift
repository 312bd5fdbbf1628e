import Storage

/// A scale from values to places on a chart, with its marks.
struct ChartScale {
  /// A marked value.
  struct Tick {
    let place: Double
    let label: String
  }

  private let lower: Double
  private let upper: Double
  private let start: Double
  private let length: Double
  private let isLogarithmic: Bool
  private(set) var ticks: [Tick] = []

  /// Lays out an even scale, from mark to mark, that holds some values; what is not finite does not
  /// count.
  ///
  /// It begins at the place `start` and is `length` long, below zero on a scale that goes up the page.
  /// `includesZero` lets it begin at 0 at the latest. There are about `most` marks, with `wholeNumbers`
  /// none between whole numbers.
  static func even(
    _ values: [Double], start: Double, length: Double, includesZero: Bool = false, most: Int = 5,
    wholeNumbers: Bool = false
  ) -> ChartScale {
    let finite = values.filter(\.isFinite)
    var low = finite.min() ?? 0
    var high = finite.max() ?? 1
    if includesZero { (low, high) = (min(low, 0), max(high, 0)) }
    if high - low <= max(high.magnitude, low.magnitude) * 1e-9 {
      // One value alone stands in the middle, or on top where the scale begins at 0.
      let room = high == 0 ? 1 : high.magnitude
      (low, high) = includesZero && high > 0 ? (low, high) : (low - room * 0.05, high + room * 0.05)
    }
    var step = niceStep(atLeast: high / Double(most) - low / Double(most))
    if wholeNumbers { step = max(step, 1) }
    // A value on a mark needs no further one, though the division may be a little off.
    let first = (low / step + 1e-9).rounded(.down)
    let last = max((high / step - 1e-9).rounded(.up), first + 1)
    var scale = ChartScale(
      lower: first * step, upper: last * step, start: start, length: length, isLogarithmic: false)
    let digits = digits(of: step)
    scale.ticks = (0...Int(min(last - first, 100))).map { number in
      let value = (first + Double(number)) * step
      return Tick(place: scale.place(value), label: label(value, digits: digits))
    }
    return scale
  }

  /// Lays out a logarithmic scale with marks at the powers of ten; values below `floor` count as it.
  static func logarithmic(
    _ values: [Double], start: Double, length: Double, floor: Double = 1
  ) -> ChartScale {
    let greatest = max(values.filter(\.isFinite).max() ?? floor, floor)
    var powers = [floor]
    while powers[powers.count - 1] < greatest, powers.count < 30 {
      powers.append(powers[powers.count - 1] * 10)
    }
    if powers.count == 1 { powers.append(floor * 10) }
    var scale = ChartScale(
      lower: floor, upper: powers[powers.count - 1], start: start, length: length,
      isLogarithmic: true)
    let every = (powers.count + 5) / 6
    scale.ticks = powers.enumerated().filter { $0.offset % every == 0 }.map {
      Tick(place: scale.place($0.element), label: label($0.element, digits: 0))
    }
    return scale
  }

  private init(
    lower: Double, upper: Double, start: Double, length: Double, isLogarithmic: Bool
  ) {
    self.lower = lower
    self.upper = upper
    self.start = start
    self.length = length
    self.isLogarithmic = isLogarithmic
  }

  /// The place of a value; one beyond an end is at the end.
  func place(_ value: Double) -> Double {
    let share =
      isLogarithmic
      ? Self.powersOfTen(in: max(value, lower) / lower) / Self.powersOfTen(in: upper / lower)
      : (value - lower) / (upper - lower)
    return start + length * (share.isFinite ? min(max(share, 0), 1) : 0)
  }

  /// The logarithm to base 10, near enough for a place, from nothing but divisions and multiplications:
  /// the C library's may differ between machines, and a page must not.
  static func powersOfTen(in value: Double) -> Double {
    guard value > 1, value.isFinite else { return 0 }
    var (rest, whole) = (value, 0.0)
    while rest >= 10 {
      rest /= 10
      whole += 1
    }
    var (fraction, share) = (0.0, 0.5)
    for _ in 0..<20 {
      // Twice the logarithm of a number is that of its square.
      rest *= rest
      if rest >= 10 {
        rest /= 10
        fraction += share
      }
      share /= 2
    }
    return whole + fraction
  }

  /// The least of 1, 2, 2.5 and 5 times a power of ten that is not below a value.
  static func niceStep(atLeast value: Double) -> Double {
    guard value.isFinite, value > 1e-290 else { return 1 }
    var (power, inverse) = (1.0, 1.0)
    while power * 10 <= value { power *= 10 }
    // Steps below 1 are quotients of whole numbers, so that each is the nearest double.
    while power / inverse > value { inverse *= 10 }
    let factors = [1, 2, 2.5, 5].map { $0 * power / inverse }
    return factors.first { $0 >= value * (1 - 1e-9) } ?? 10 * power / inverse
  }

  /// The digits after the point that a step needs.
  static func digits(of step: Double) -> Int {
    var (digits, scaled) = (0, step)
    while digits < 12, (scaled - scaled.rounded()).magnitude > 1e-6 * scaled.magnitude {
      scaled *= 10
      digits += 1
    }
    return digits
  }

  /// A mark's text: large numbers in thousands and millions.
  static func label(_ value: Double, digits: Int) -> String {
    for (unit, size) in [("G", 1e9), ("M", 1e6), ("k", 1e3)]
    where value.magnitude >= size && value.magnitude >= 10_000 {
      return FigureText.short(value / size, digits: 3) + " \(unit)"
    }
    return FigureText.fixed(value, digits: digits)
  }
}
