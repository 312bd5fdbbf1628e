internal import CKernels

/// Where the draws of a block's weights come from.
public struct DrawPlace: Sendable {
  var seed: UInt32
  var stream: UInt32
  var epoch: UInt32
  var unit: UInt32
  var position: UInt64

  /// The words of Philox4x32-10 with the key (seed, stream) and the counter (epoch, position +
  /// feature, unit + a fourth of the lane).
  public init(seed: UInt32, stream: UInt32, epoch: UInt32, unit: UInt32, position: UInt64) {
    self.seed = seed
    self.stream = stream
    self.epoch = epoch
    self.unit = unit
    self.position = position
  }
}

/// The prior of a group's weights.
public struct WeightPrior: Sendable {
  /// The means, a row of weights.
  public var means: [Float]
  /// The precisions, a row of weights.
  public var precisions: [Float]
  /// How many factors the group's features have, from 1 to the rank; the others are zero and stay so.
  public var factors: Int

  /// Creates a prior.
  public init(means: [Float], precisions: [Float], factors: Int) {
    self.means = means
    self.precisions = precisions
    self.factors = factors
  }
}

/// The arithmetic of Gibbs sampling for factorization machines: residuals, and the draw of all
/// weights of a block.
///
/// A row of weights has the factors of a feature in lanes 0 up to the rank, zeros up to
/// ``linearLane``, then the linear weight. Which thread does what does not change a bit.
public final class FactorizationSweep: Sendable {
  /// The lane of the linear weights: the rank with padding.
  public let linearLane: Int
  /// The number of factors.
  public let rank: Int
  /// The number of ratings.
  public let count: Int
  private let blocks: [RelationalBlock]
  private let own: [StableArray<Float>]
  private let constants: [StableArray<Float>]
  private let sums: StableArray<Float>
  private let residuals: StableArray<Float>
  private let records: StableArray<Float>
  private let normals: StableArray<Float>
  private let empty = StableArray<UInt32>(repeating: 0, count: 1)
  private let team: WorkTeam

  /// Prepares sweeps over some blocks.
  ///
  /// - Precondition: All blocks have the same number of ratings; the rank is at least 1.
  public init(blocks: [RelationalBlock], count: Int, rank: Int, threads: Int) {
    precondition(rank >= 1, "there are factors")
    precondition(blocks.allSatisfy { $0.rowOfRating.count == count }, "a row for each rating")
    self.blocks = blocks
    self.count = count
    self.rank = rank
    let k = Self.padded(rank)
    linearLane = k
    team = WorkTeam(threads: threads)
    own = blocks.map { StableArray(repeating: 0, count: $0.rowCount * k) }
    constants = blocks.map { StableArray(repeating: 0, count: $0.rowCount) }
    sums = StableArray(repeating: 0, count: count * k)
    residuals = StableArray(repeating: 0, count: count)
    let recorded = blocks.map { $0.usesRecords ? $0.rowCount : 0 }.max() ?? 0
    records = StableArray(repeating: 0, count: recorded * Self.record(k))
    normals = StableArray(
      repeating: 0, count: (blocks.map(\.featureCount).max() ?? 0) * Self.stride(k))
  }

  /// The factors of a row with padding.
  static func padded(_ rank: Int) -> Int { rank <= 8 ? 8 : (rank + 15) / 16 * 16 }
  static func stride(_ k: Int) -> Int { k + (k == 8 ? 8 : 16) }
  private static func record(_ k: Int) -> Int { k == 8 ? 64 : k * k + 3 * k + 16 }

  /// The number of floats in a row of weights.
  public var stride: Int { Self.stride(linearLane) }

  /// Calls `body` with consecutive ranges of some numbers.
  private func forRanges(_ count: Int, size: Int, _ body: @Sendable (Range<Int>) -> Void) {
    team.forEach((count + size - 1) / size) { piece in
      body(piece * size..<min((piece + 1) * size, count))
    }
  }

  /// Computes the residuals, targets less predictions, of some weights.
  public func computeResiduals(targets: [Float], weights: [EmbeddingTable], intercept: Float) {
    precondition(targets.count == count && weights.count == blocks.count, "other numbers")
    for (number, block) in blocks.enumerated() {
      let table = weights[number]
      precondition(table.rows == block.featureCount && table.stride == stride, "other weights")
      let (own, constants, k) = (own[number], constants[number], linearLane)
      forRanges(block.rowCount, size: 256) { range in
        // Safety: indices are below the number of features, as was checked, and each range of rows
        // is written by one thread.
        unsafe rk_fm_row_sums(
          table.start, k, block.starts.start, block.indices.start, block.values.start,
          range.lowerBound,
          range.upperBound, own.start, constants.start)
      }
    }
    let rows = unsafe StableArray(
      zip(blocks, zip(own, constants)).map { block, sums in
        unsafe rk_fm_rows(
          own: sums.0.start, constants: sums.1.start, row_of_rating: block.rowOfRating.start)
      }, filler: rk_fm_rows(own: sums.start, constants: sums.start, row_of_rating: empty.start))
    forRanges(count, size: 2048) { [self] range in
      // Safety: rows of ratings were checked, and each range is written by one thread.
      unsafe rk_fm_outputs(
        rows.start, rows.count, linearLane, targets, intercept, range.lowerBound, range.upperBound,
        sums.start, residuals.start)
    }
  }

  /// Replaces each residual by what `body` makes of the rating's number and the residual.
  public func mapResiduals(_ body: @Sendable (Int, Float) -> Float) {
    forRanges(count, size: 1024) { [residuals] range in
      // Safety: each range is written by one thread.
      for rating in range { unsafe residuals.start[rating] = body(rating, residuals.start[rating]) }
    }
  }

  /// The residual of each rating.
  public var residualValues: [Float] { (0..<count).map { residuals[$0] } }

  /// The sums over the ratings from which the weights of a feature are drawn, given all others:
  /// Σ h hᵀ, one row after the other, and Σ h e with the residuals e, where h has the factors'
  /// x (q − x v) first, up to the rank, and then x.
  public func gathered(
    block number: Int, feature: Int, weights: EmbeddingTable
  ) -> (squares: [Float], products: [Float]) {
    let block = blocks[number]
    precondition(weights.rows == block.featureCount && weights.stride == stride, "other weights")
    precondition(feature >= 0 && feature < block.featureCount, "no such feature")
    let all = linearLane + 1
    let squares = StableArray<Float>(repeating: 0, count: all * all)
    let products = StableArray<Float>(repeating: 0, count: all)
    // Safety: as in `draw`; nobody writes the weights.
    let arguments = unsafe arguments(block, weights)
    unsafe withUnsafePointer(to: arguments) {
      if block.usesRecords { unsafe rk_fm_moments($0, 0, block.rowCount) }
      unsafe rk_fm_gather($0, UInt32(feature), squares.start, products.start)
    }
    let lanes = Array(0..<rank) + [linearLane]
    return (
      lanes.flatMap { one in lanes.map { squares[one * all + $0] } }, lanes.map { products[$0] }
    )
  }

  private func arguments(_ block: RelationalBlock, _ table: EmbeddingTable) -> rk_fm_block {
    unsafe rk_fm_block(
      k: linearLane, column_starts: block.columnStarts.start, column_rows: block.columnRows.start,
      column_values: block.columnValues.start, rating_starts: block.ratingStarts.start,
      ratings: block.ratings.start, weights: table.start, normals: normals.start,
      records: block.usesRecords ? records.start : nil, sums: sums.start,
      residuals: residuals.start)
  }

  /// Returns a row of standard normal numbers for each of some features; lanes of padding are zero.
  public func normals(features: Int, place: DrawPlace) -> EmbeddingTable {
    let table = EmbeddingTable(rows: features, dimension: linearLane + 1)
    precondition(table.stride == stride, "rows of weights")
    // Safety: nobody else has the table yet, and it has these rows.
    unsafe rk_fm_normals(
      place.seed, place.stream, place.epoch, place.position, place.unit, 0, features, linearLane,
      rank, table.start)
    return table
  }

  /// Returns the sum of the residuals and the sum of their squares.
  public func residualSums() -> (sum: Double, squares: Double) {
    let size = 4096
    let pieces = (0..<(count + size - 1) / size).map { piece in
      var (sum, squares): (Float, Float) = (0, 0)
      // Safety: the residuals end behind the last of the piece.
      unsafe rk_fm_residual_sums(
        residuals.start + piece * size, min(size, count - piece * size), &sum, &squares)
      return (Double(sum), Double(squares))
    }
    return pieces.reduce((0, 0)) { ($0.0 + $1.0, $0.1 + $1.1) }
  }

  /// Returns the sums of the weights of some features and of the squares of their distances from a
  /// row of means, lane by lane.
  public static func sums(
    of weights: EmbeddingTable, features: Range<Int>, means: [Float]
  ) -> (sums: [Double], squares: [Double]) {
    precondition(features.lowerBound >= 0 && features.upperBound <= weights.rows, "no such rows")
    precondition(means.count == weights.stride, "a mean for each lane")
    let row = AlignedRows([means, means, means])
    var sums = [Double](repeating: 0, count: weights.stride)
    var squares = sums
    let size = 512
    for first in Swift.stride(from: features.lowerBound, to: features.upperBound, by: size) {
      // Safety: the rows were checked, and there are three rows of the table's length.
      unsafe rk_fm_group_sums(
        weights.start, weights.stride, first, min(first + size, features.upperBound), row.start(0),
        row.start(1), row.start(2))
      for lane in sums.indices {
        sums[lane] += Double(row[1, lane])
        squares[lane] += Double(row[2, lane])
      }
    }
    return (sums, squares)
  }

  /// Draws the weights of a block's features, each given all other weights.
  ///
  /// - Parameters:
  ///   - number: The block.
  ///   - weights: Its weights.
  ///   - priors: The prior of each group.
  ///   - noisePrecision: The precision of the ratings' noise.
  ///   - isLinear: Whether there are linear weights; they stay zero otherwise.
  ///   - place: Where the draws come from.
  public func draw(
    block number: Int, weights: inout EmbeddingTable, priors: [WeightPrior], noisePrecision: Double,
    isLinear: Bool, place: DrawPlace
  ) {
    let block = blocks[number]
    precondition(weights.rows == block.featureCount && weights.stride == stride, "other weights")
    precondition(priors.count == block.groups.count, "a prior for each group")
    weights.makeUnique()
    let table = weights
    for (prior, features) in zip(priors, block.groups) {
      precondition(prior.factors >= 1 && prior.factors <= rank, "no such number of factors")
      forRanges(features.count, size: 256) { [self] range in
        // Safety: there is a row of numbers for each feature, and each range is written by one thread.
        unsafe rk_fm_normals(
          place.seed, place.stream, place.epoch, place.position, place.unit,
          features.lowerBound + range.lowerBound, features.lowerBound + range.upperBound,
          linearLane, prior.factors, normals.start)
      }
    }
    // Safety: all addresses outlive this call, which ends after all threads are done with them. The
    // block was checked when it was made.
    nonisolated(unsafe) let arguments = unsafe arguments(block, table)
    if block.usesRecords {
      forRanges(block.rowCount, size: 64) { range in
        // Safety: each range of records is written by one thread.
        unsafe withUnsafePointer(to: arguments) {
          unsafe rk_fm_moments($0, range.lowerBound, range.upperBound)
        }
      }
    }
    for (prior, plan) in zip(priors, block.plans) {
      precondition(prior.means.count == stride && prior.precisions.count == stride, "a whole row")
      let rows = AlignedRows([prior.means, prior.precisions])
      // Safety: the rows live until the end of this turn of the loop.
      nonisolated(unsafe) let prior = unsafe rk_fm_prior(
        means: rows.start(0), precisions: rows.start(1), noise: Float(noisePrecision),
        factors: prior.factors, linear: isLinear ? 1 : 0)
      unsafe drawShared(plan, arguments, prior)
      team.forEach(plan.lists.count) { index in
        // Safety: features of different lists share no row, and so no record and no rating. Each is
        // below the number of features.
        unsafe withUnsafePointer(to: arguments) { arguments in
          unsafe withUnsafePointer(to: prior) {
            let prior = unsafe $0
            unsafe plan.lists[index].withList { unsafe rk_fm_sweep(arguments, prior, $0) }
          }
        }
      }
      withExtendedLifetime(rows) {}
    }
    if block.usesRecords {
      forRanges(block.rowCount, size: 64) { range in
        // Safety: rows share no rating.
        unsafe withUnsafePointer(to: arguments) {
          unsafe rk_fm_push($0, range.lowerBound, range.upperBound)
        }
      }
    }
  }

  /// Draws the features of a group that have rows in both halves.
  private func drawShared(_ plan: GroupPlan, _ arguments: rk_fm_block, _ prior: rk_fm_prior) {
    guard !plan.shared.isEmpty else { return }
    unsafe withUnsafePointer(to: arguments) { arguments in
      unsafe withUnsafePointer(to: prior) { prior in
        let crew = UnsafeMutablePointer<rk_fm_crew>.allocate(capacity: 1)
        // Safety: released after the leader and its helpers are done.
        defer { unsafe crew.deallocate() }
        unsafe crew.initialize(to: rk_fm_crew())
        unsafe crew.pointee.block = arguments
        unsafe crew.pointee.middles = UnsafePointer(plan.middles.start)
        nonisolated(unsafe) let (leader, helper) = unsafe (crew, crew)
        // Safety: the threads hand each other what they write, as rk_fm_lead says. Features are below
        // their number. A helper that comes late finds that all is over.
        team.forEach(
          1, { _ in unsafe rk_fm_help(helper) },
          meanwhile: {
            unsafe plan.shared.withList { unsafe rk_fm_lead(leader, prior, $0) }
          })
      }
    }
  }
}

/// A few rows of floats at aligned addresses.
@safe final class AlignedRows: Sendable {
  private let values: StableArray<Float>
  private let length: Int

  /// Copies some rows of equal length, whole vectors.
  init(_ rows: [[Float]]) {
    length = rows[0].count
    values = StableArray(rows.flatMap { $0 }, filler: 0)
  }

  func start(_ row: Int) -> UnsafeMutablePointer<Float> { unsafe values.start + row * length }

  subscript(row: Int, lane: Int) -> Float { values[row * length + lane] }
}
