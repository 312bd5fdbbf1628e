internal import CKernels

/// Rows of features, each with a value, whose weights are added up.
public struct WeightedRows: Sendable {
  /// The number of rows.
  public let count: Int
  let featureCount: Int
  let starts: StableArray<UInt64>
  let indices: StableArray<UInt32>
  let values: StableArray<Float>

  /// Takes rows over.
  ///
  /// - Parameters:
  ///   - starts: Where each row's entries begin, and where the last one's end.
  ///   - indices: The features of the entries.
  ///   - values: Their values.
  ///   - features: The number of features.
  /// - Precondition: The parts fit together.
  public init(starts: [Int], indices: [UInt32], values: [Float], features: Int) {
    precondition(starts.first == 0 && starts.last == indices.count, "rows cover the entries")
    precondition(zip(starts, starts.dropFirst()).allSatisfy { $0 <= $1 }, "rows ascend")
    precondition(indices.count == values.count, "each entry has a value")
    precondition(indices.allSatisfy { Int($0) < features }, "no such feature")
    count = starts.count - 1
    featureCount = features
    self.starts = StableArray(starts.map(UInt64.init), filler: 0)
    self.indices = StableArray(indices, filler: 0)
    self.values = StableArray(values, filler: 0)
  }
}

/// Writes the weights of samples of a factorization machine to where ``SampleRows`` reads them.
///
/// The weights are rows of ``FactorizationSweep``. Samples are best written sixteen at a time: in
/// ``SampleRows`` they lie side by side, and one alone takes as long as all of them.
public struct SampleWriter: Sendable {
  private let rank: Int
  private let lane: Int
  private let lanes: Int
  private let threads: Int

  /// Rows that are written in one piece.
  private static let pieceSize = 64

  /// The most samples that are written at once.
  public static let mostSamples = 16

  /// Prepares writing from a lane of `lanes` on.
  ///
  /// - Precondition: There is such a lane.
  public init(rank: Int, lane: Int, of lanes: Int, threads: Int) {
    precondition(rank >= 1 && lane >= 0 && lane < lanes, "no such lane")
    self.rank = rank
    self.lane = lane
    self.lanes = lanes
    self.threads = threads
  }

  /// Writes the weights of some features, one feature a row; factors that the target has no room for
  /// are left out.
  public func write(
    _ weights: [EmbeddingTable], features: Range<Int>, to target: inout EmbeddingTable
  ) {
    precondition(features.lowerBound >= 0 && features.count <= target.rows, "no such rows")
    unsafe forPieces(of: features.count, weights, features: features.upperBound, to: &target) {
      samples, range in
      // Safety: the weights have these features, and the target's rows were checked.
      unsafe rk_fm_keep_weights(samples, features.lowerBound, range.lowerBound, range.upperBound)
    }
  }

  /// Writes what the weights of each row's features, times their values, add up to. The linear terms
  /// lose half the sums of the squared factors, feature by feature.
  public func write(
    sumsOf rows: WeightedRows, _ weights: [EmbeddingTable], to target: inout EmbeddingTable
  ) {
    precondition(rows.count <= target.rows, "no such rows")
    unsafe forPieces(of: rows.count, weights, features: rows.featureCount, to: &target) {
      samples, range in
      // Safety: the weights have all features of the rows, and the target's rows were checked.
      unsafe rk_fm_keep_sums(
        samples, rows.starts.start, rows.indices.start, rows.values.start, range.lowerBound,
        range.upperBound)
    }
  }

  private func forPieces(
    of count: Int, _ weights: [EmbeddingTable], features: Int, to target: inout EmbeddingTable,
    _ body: @Sendable (UnsafePointer<rk_fm_samples>, Range<Int>) -> Void
  ) {
    let k = FactorizationSweep.padded(rank)
    precondition(weights.count <= min(Self.mostSamples, lanes - lane), "no room for samples")
    precondition(
      weights.allSatisfy { $0.rows >= features && $0.stride == FactorizationSweep.stride(k) },
      "other weights")
    let factors = target.dimension / lanes - 1
    precondition(
      target.dimension % lanes == 0 && (0...rank).contains(factors), "rows of another length")
    target.makeUnique()
    let size = Self.pieceSize
    // Safety: the tables outlive the call, and each piece of the target is written by one thread.
    let starts = unsafe weights.map { unsafe UnsafePointer($0.start) }
    unsafe starts.withUnsafeBufferPointer { starts in
      guard let first = starts.baseAddress else { return }
      nonisolated(unsafe) let samples = unsafe rk_fm_samples(
        k: k, factors: factors, count: starts.count, weights: first, target: target.start + lane,
        lanes: lanes, target_stride: target.stride)
      Parallel.forEach((count + size - 1) / size, threads: threads) { piece in
        unsafe withUnsafePointer(to: samples) {
          unsafe body($0, piece * size..<min((piece + 1) * size, count))
        }
      }
    }
  }
}
