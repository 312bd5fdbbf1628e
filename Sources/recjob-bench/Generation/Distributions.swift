import Kernels
import Ratings

/// Draws normal numbers of mean 0 and deviation 1.
///
/// The polar method: Marsaglia and Bray, *A convenient method for generating normal variables*,
/// 1964. It needs a logarithm and a square root only, which are the same on every machine.
struct NormalDistribution {
  private var spare: Double?

  /// Returns the next number.
  mutating func next(_ words: inout CounterBasedSequence) -> Double {
    if let kept = spare {
      spare = nil
      return kept
    }
    while true {
      let x = Self.symmetric(words.nextWord())
      let y = Self.symmetric(words.nextWord())
      let square = x * x + y * y
      guard square < 1 else { continue }
      let factor = (-2 * Activations.logarithm(square) / square).squareRoot()
      spare = y * factor
      return x * factor
    }
  }

  /// A word as one of 2³² numbers between −1 and 1, none of them 0.
  private static func symmetric(_ word: UInt32) -> Double {
    (Double(word) + 0.5) * 0x1p-31 - 1
  }
}

/// Draws positions with chances in proportion to weights, in constant time.
///
/// The alias method: Vose, *A linear algorithm for generating random numbers with a given
/// distribution*, 1991.
struct AliasTable: Sendable {
  private var thresholds: [UInt32]
  private var aliases: [Int32]

  /// Prepares the draws.
  ///
  /// - Precondition: There is a weight, and all are positive.
  /// - Complexity: O(*n*).
  init(weights: [Double]) {
    precondition(!weights.isEmpty, "a draw needs a weight")
    let scale = Double(weights.count) / weights.reduce(0, +)
    var shares = weights.map { $0 * scale }
    thresholds = Array(repeating: .max, count: weights.count)
    aliases = weights.indices.map { Int32($0) }
    var small = weights.indices.filter { shares[$0] < 1 }
    var large = weights.indices.filter { shares[$0] >= 1 }
    while let low = small.popLast(), let high = large.last {
      thresholds[low] = UInt32(shares[low] * 0x1p32)
      aliases[low] = Int32(high)
      shares[high] -= 1 - shares[low]
      if shares[high] < 1 {
        large.removeLast()
        small.append(high)
      }
    }
  }

  /// Returns the next position.
  func next(_ words: inout CounterBasedSequence) -> Int {
    let position = Int(words.nextWord().multipliedFullWidth(by: UInt32(aliases.count)).high)
    return words.nextWord() < thresholds[position] ? position : Int(aliases[position])
  }
}
