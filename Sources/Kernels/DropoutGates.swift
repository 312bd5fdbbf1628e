internal import CKernels

/// What the units of a layer are multiplied by in training: 0 for those that are dropped, and
/// 1 / (1 − rate) for the others, so that nothing changes outside training.
///
/// Whether a unit is dropped is a pure function of (seed, stream, epoch, position of the row, layer,
/// unit): Philox4x32-10 with the key (seed, stream) and the counter (epoch, position, number), the
/// position taking two words, low word first, and the number being the layer in its upper byte and a
/// fourth of the unit below; unit 4n + i takes word i.
public struct DropoutGates: Sendable {
  private let parameters: rk_dropout

  /// Prepares the gates of a layer for the rows from a position of the epoch on.
  ///
  /// - Precondition: `rate` is at least 0 and below 1, and the layer below 256.
  public init(
    rate: Double, seed: UInt32, stream: UInt32, epoch: UInt32, firstPosition: Int, layer: Int
  ) {
    precondition(rate >= 0 && rate < 1, "a part of the units is kept")
    precondition((0..<256).contains(layer), "layers are numbered in one byte")
    parameters = rk_dropout(
      seed: seed, stream: stream, epoch: epoch, position: UInt64(firstPosition),
      unit: UInt32(layer) << 24, threshold: UInt32(min(rate * 4_294_967_296, 4_294_967_295)),
      kept: Float(1 / (1 - rate)))
  }

  /// Writes the gates of some rows, the padding included.
  ///
  /// - Parameters:
  ///   - gates: The table that receives them; its row 0 is the row of the first position.
  ///   - rows: Which rows to write.
  /// - Precondition: The rows exist and have at most 2²⁶ units.
  public func draw(_ gates: inout EmbeddingTable, rows: Range<Int>) {
    gates.makeUnique()
    draw(shared: gates, rows: rows)
  }

  /// Writes the gates of rows that nobody else uses meanwhile, though others may use other rows.
  func draw(shared gates: EmbeddingTable, rows: Range<Int>) {
    precondition(rows.lowerBound >= 0 && rows.upperBound <= gates.rows, "no such rows")
    precondition(gates.stride <= 1 << 26, "units are numbered in 26 bits")
    var parameters = parameters
    parameters.position += UInt64(rows.lowerBound)
    // Safety: the rows lie inside the table, and their writer is this thread alone.
    let start = unsafe gates.start + rows.lowerBound * gates.stride
    guard parameters.threshold > 0 else {
      // Nothing is dropped, so there is nothing to draw.
      unsafe start.update(repeating: 1, count: rows.count * gates.stride)
      return
    }
    unsafe rk_dropout_gates(start, gates.stride, rows.count, parameters)
  }
}
