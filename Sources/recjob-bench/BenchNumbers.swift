import Ratings

/// Numbers to compute with.
enum BenchNumbers {
  /// Evenly spread numbers from −0.5 to 0.5, the same every time.
  static func values(_ count: Int) -> [Float] {
    let generator = CounterBasedGenerator(seed: 1, stream: .generation)
    return (0..<count).map {
      CounterBasedGenerator.unitFloat(
        generator.words(epoch: 0, position: UInt64($0), unit: 0).0) - 0.5
    }
  }
}
