internal import CKernels

/// Sums over rows that are drawn at random with replacement, as a bootstrap needs them.
public struct Resampling: Sendable {
  /// Four numbers for each row.
  private let rows: [SIMD4<Double>]

  /// Prepares draws from some rows.
  ///
  /// - Precondition: There are fewer than 2³² rows, and one at least.
  public init(_ rows: [SIMD4<Double>]) {
    precondition(!rows.isEmpty && rows.count <= Int(UInt32.max), "nothing to draw from")
    self.rows = rows
  }

  /// Draws as many rows as there are and returns their sums, added in the order of the draws.
  ///
  /// The draw of number *n* is made by word *n* mod 4 at position ⌊*n* / 4⌋ of Philox4x32-10 with the
  /// key (seed, stream) and the counter (epoch, position, 0): row ⌊word · count / 2³²⌋.
  ///
  /// - Complexity: O(rows).
  public func sums(seed: UInt32, stream: UInt32, epoch: UInt32) -> SIMD4<Double> {
    var sums = SIMD4<Double>.zero
    let place = rk_random_place(seed: seed, stream: stream, epoch: epoch, position: 0, unit: 0)
    // Safety: a row is four doubles without padding, every draw is below the number of rows, and the
    // sums have room for four.
    unsafe rows.withUnsafeBytes { rows in
      unsafe withUnsafeMutableBytes(of: &sums) { sums in
        guard let start = unsafe rows.bindMemory(to: Double.self).baseAddress,
          let target = unsafe sums.bindMemory(to: Double.self).baseAddress
        else { return }
        unsafe rk_resample(place, start, self.rows.count, self.rows.count, target)
      }
    }
    return sums
  }
}
