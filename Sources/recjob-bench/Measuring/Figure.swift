import Storage

/// Numbers as the tables print them: three digits that count, with k, M or G.
enum Figure {
  /// A number such as `1.23`, `45.6`, `789`, `1.23 k` or `20 M`; a dash where there is none.
  static func short(_ value: Double) -> String {
    guard value.isFinite else { return "–" }
    var (scaled, prefix) = (value, "")
    for next in [" k", " M", " G", " T"] where rounded(scaled).magnitude >= 1000 {
      (scaled, prefix) = (scaled / 1000, next)
    }
    return DecimalText.shortest(rounded(scaled)) + prefix
  }

  /// The number of a result.
  static func short(_ value: JSONValue?) -> String {
    short(value?.doubleValue ?? .nan)
  }

  /// How much of a unit is done in a second; for whole jobs, the seconds of one.
  static func rate(_ value: JSONValue?, _ unit: String) -> String {
    let perSecond = value?.doubleValue ?? .nan
    return unit == "jobs" ? short(1 / perSecond) + " s" : short(perSecond) + " \(unit)/s"
  }

  /// Bytes as megabytes of 10⁶.
  static func megabytes(_ bytes: JSONValue?) -> String {
    short((bytes?.doubleValue ?? .nan) / 1e6) + " MB"
  }

  /// A number with so many places after the point.
  static func decimal(_ value: Double, places: Int) -> String {
    guard value.isFinite else { return "–" }
    var scale = 1.0
    for _ in 0..<places { scale *= 10 }
    let digits = String(Int((value.magnitude * scale).rounded()))
    let padded = String(repeating: "0", count: max(0, places + 1 - digits.count)) + digits
    return (value < 0 ? "−" : "") + padded.dropLast(places) + "." + padded.suffix(places)
  }

  /// A number below 1000 with three digits that count, and with no more than three places.
  private static func rounded(_ value: Double) -> Double {
    let magnitude = value.magnitude
    let scale: Double = magnitude >= 100 ? 1 : magnitude >= 10 ? 10 : magnitude >= 1 ? 100 : 1000
    return (value * scale).rounded() / scale
  }
}
