import Storage

/// Seconds of repeated measurements.
struct Samples {
  private let sorted: [Double]

  /// Measures a body as often as asked.
  ///
  /// - Precondition: `repeats` is at least 1.
  init(repeats: Int, _ body: () -> Void) {
    self.init((0..<repeats).map { _ in Self.seconds(ContinuousClock().measure(body)) })
  }

  /// Takes measurements.
  ///
  /// - Precondition: There is one at least.
  init(_ seconds: [Double]) {
    precondition(!seconds.isEmpty, "nothing was measured")
    sorted = seconds.sorted()
  }

  /// The middle one, the greater of two.
  var median: Double { sorted[sorted.count / 2] }

  /// The least.
  var best: Double { sorted[0] }

  /// The seconds of a duration.
  static func seconds(_ duration: Duration) -> Double {
    Double(duration.components.seconds) + Double(duration.components.attoseconds) * 1e-18
  }
}

extension JSONValue {
  /// Seconds to the microsecond.
  static func seconds(_ value: Double) -> JSONValue {
    .numberOrNull((value * 1e6).rounded() / 1e6)
  }
}
