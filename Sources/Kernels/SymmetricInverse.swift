internal import CKernels

/// The inverse of a symmetric positive definite matrix.
///
/// The matrix is kept as the lower triangle of tiles of 64 × 64 doubles and swept, one pivot tile after
/// the other: with D = T_kk⁻¹, T_ij ← T_ij − T_ik D T_kj, T_ik ← T_ik D and T_kk ← −D; after the last
/// pivot, the matrix is the negative of its inverse (the sweep operator: Goodnight, *A Tutorial on the
/// SWEEP Operator*, 1979, by blocks). It needs n³ multiplications and additions, as much as a Cholesky
/// decomposition and the inverse from it, and no second matrix. Pivots of a positive definite matrix are
/// positive, so that none has to be chosen.
public enum SymmetricInverse {
  /// Inverts a matrix.
  ///
  /// The threads share the tiles of a step, so that their number has no influence on the result.
  ///
  /// - Parameters:
  ///   - size: n, the number of rows.
  ///   - threads: The number of threads.
  ///   - row: Adds to zeros the values of a row up to, and with, that on the diagonal.
  /// - Returns: n × n floats, or `nil` if the matrix is not positive definite.
  /// - Complexity: O(n³); 4·n² bytes beside the result.
  public static func inverse(
    size: Int, threads: Int, row: @Sendable (_ number: Int, _ values: inout [Double]) -> Void
  ) -> EmbeddingTable? {
    precondition(size > 0, "a matrix has a row")
    let tiles = TileTriangle(size: size)
    tiles.fill(threads: threads, row: row)
    guard tiles.sweep(threads: threads) else { return nil }
    return tiles.negated(threads: threads)
  }
}

/// The lower triangle of a symmetric matrix in tiles, filled up with the identity to whole tiles.
///
/// A class because its memory has to be released with it. Sendable: it is private to one inversion,
/// and the pieces that run at the same time write to different tiles.
@safe private final class TileTriangle: @unchecked Sendable {
  private static let side = Int(RK_TILE_SIDE)
  private static let tileCount = side * side

  private let size: Int
  /// The number of tiles in a column.
  private let count: Int
  private let triangle: UnsafeMutablePointer<Double>
  /// The column of the pivot: each tile turned, and each times the pivot's inverse.
  private let turned: UnsafeMutablePointer<Double>
  private let scaled: UnsafeMutablePointer<Double>

  init(size: Int) {
    self.size = size
    count = (size + Self.side - 1) / Self.side
    unsafe triangle = Self.allocate(tiles: count * (count + 1) / 2)
    unsafe turned = Self.allocate(tiles: count)
    unsafe scaled = Self.allocate(tiles: count)
  }

  // Safety: these are the addresses that `allocate` gave, and nothing refers to them any more.
  deinit {
    unsafe triangle.deallocate()
    unsafe turned.deallocate()
    unsafe scaled.deallocate()
  }

  private static func allocate(tiles: Int) -> UnsafeMutablePointer<Double> {
    let values = tiles * tileCount
    let memory = unsafe LargeMemory.allocate(bytes: values * MemoryLayout<Double>.stride)
    return unsafe memory.initializeMemory(as: Double.self, repeating: 0, count: values)
  }

  /// The tile in a row of tiles and a column that is not behind it.
  @unsafe private func tile(_ row: Int, _ column: Int) -> UnsafeMutablePointer<Double> {
    unsafe triangle + (row * (row + 1) / 2 + column) * Self.tileCount
  }

  func fill(threads: Int, row: @Sendable (Int, inout [Double]) -> Void) {
    let side = Self.side
    Parallel.forEach(count, threads: threads) { tileRow in
      var values = [Double](repeating: 0, count: size)
      for lane in 0..<side {
        let number = tileRow * side + lane
        // Safety: lane and column lie inside the tile, which belongs to this piece.
        guard number < size else {
          unsafe (tile(tileRow, tileRow)[lane * side + lane] = 1)
          continue
        }
        for place in values.indices { values[place] = 0 }
        row(number, &values)
        for column in 0...number {
          unsafe (tile(tileRow, column / side)[lane * side + column % side] = values[column])
        }
      }
      let last = unsafe tile(tileRow, tileRow)
      for lane in 0..<side {
        for column in lane + 1..<max(side, lane + 1) {
          unsafe (last[lane * side + column] = last[column * side + lane])
        }
      }
    }
  }

  /// Sweeps all pivots; returns `false` where the matrix is not positive definite.
  func sweep(threads: Int) -> Bool {
    let tileCount = Self.tileCount
    for pivot in 0..<count {
      // Safety: all tiles have 64 × 64 values and are aligned; `tile` is handed rows and columns of the
      // triangle. A piece writes to its own tiles, and reads those that no piece of the step writes.
      let inverse = unsafe tile(pivot, pivot)
      guard unsafe rk_tile_invert(inverse) != 0 else { return false }
      Parallel.forEach(count, threads: threads) { row in
        guard row != pivot else { return }
        let turnedTile = unsafe turned + row * tileCount
        let scaledTile = unsafe scaled + row * tileCount
        unsafe scaledTile.update(repeating: 0, count: tileCount)
        if row > pivot {
          let own = unsafe tile(row, pivot)
          unsafe rk_tile_turn(own, turnedTile)
          unsafe rk_tile_multiply_add(scaledTile, own, tile(pivot, pivot), 1)
          unsafe own.update(from: scaledTile, count: tileCount)
        } else {
          let own = unsafe tile(pivot, row)
          unsafe turnedTile.update(from: own, count: tileCount)
          unsafe withUnsafeTemporaryAllocation(
            byteCount: tileCount * MemoryLayout<Double>.stride, alignment: 64
          ) { memory in
            let upright = unsafe memory.bindMemory(to: Double.self)
            guard let upright = upright.baseAddress else { return }
            unsafe rk_tile_turn(own, upright)
            unsafe rk_tile_multiply_add(scaledTile, upright, tile(pivot, pivot), 1)
          }
          unsafe rk_tile_turn(scaledTile, own)
        }
      }
      // The longest rows first, so that no thread has one left over at the end.
      Parallel.forEach(count, threads: threads) { number in
        let row = count - 1 - number
        guard row != pivot else { return }
        for column in 0...row where column != pivot {
          unsafe rk_tile_multiply_add(
            tile(row, column), scaled + row * tileCount, turned + column * tileCount, -1)
        }
      }
      for place in 0..<tileCount { unsafe (inverse[place] = -inverse[place]) }
    }
    return true
  }

  /// The negative of the matrix, whole.
  func negated(threads: Int) -> EmbeddingTable {
    let side = Self.side
    var table = EmbeddingTable(rows: size, dimension: size)
    table.makeUnique()
    let stride = table.stride
    // Safety: the table is this function's alone, and each piece writes to rows of its own.
    nonisolated(unsafe) let start = unsafe table.start
    Parallel.forEach(count, threads: threads) { tileRow in
      for row in tileRow * side..<min((tileRow + 1) * side, size) {
        for column in 0..<size {
          let (low, high) = (min(row, column), max(row, column))
          let value = unsafe tile(high / side, low / side)[high % side * side + low % side]
          unsafe (start[row * stride + column] = Float(-value))
        }
      }
    }
    withExtendedLifetime(table) {}
    return table
  }
}
