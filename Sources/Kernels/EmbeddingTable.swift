/// A table of factors: `rows` × `dimension` floats, each row padded to whole vectors.
///
/// Rows start at multiples of 64 bytes and are `stride` floats long, `stride` being `dimension`
/// rounded up to 16. The lanes beyond `dimension` are zero and stay zero, so that a kernel may run
/// over whole vectors. Copies share their storage until one of them is changed.
public struct EmbeddingTable: Sendable {
  /// The number of rows.
  public let rows: Int
  /// The number of values in a row.
  public let dimension: Int
  /// The distance between two rows in floats: `dimension` rounded up to a multiple of 16.
  public let stride: Int

  private var storage: Storage

  /// Creates a table of zeros.
  public init(rows: Int, dimension: Int) {
    precondition(rows >= 0 && dimension > 0, "a table needs at least one column")
    self.rows = rows
    self.dimension = dimension
    stride = (dimension + 15) / 16 * 16
    storage = Storage(count: rows * stride)
  }

  /// Creates a table from the rows' values, one row after the other.
  ///
  /// - Precondition: There are `rows` × `dimension` values.
  public init(rows: Int, dimension: Int, values: [Float]) {
    precondition(values.count == rows * dimension, "the values do not fill the table")
    self.init(rows: rows, dimension: dimension)
    withMutableValues { [stride] span in
      for row in 0..<rows {
        for lane in 0..<dimension {
          span[row * stride + lane] = values[row * dimension + lane]
        }
      }
    }
  }

  /// One value.
  ///
  /// - Complexity: O(1); to change many values use ``withMutableValues(_:)``.
  public subscript(row: Int, lane: Int) -> Float {
    get {
      precondition(row >= 0 && row < rows && lane >= 0 && lane < dimension, "outside the table")
      return withValues { $0[row * stride + lane] }
    }
    set {
      precondition(row >= 0 && row < rows && lane >= 0 && lane < dimension, "outside the table")
      withMutableValues { [stride] in $0[row * stride + lane] = newValue }
    }
  }

  /// The values of the first `columns` columns, one row after the other, without padding.
  public func values(columns: Range<Int>) -> [Float] {
    values(rows: 0..<rows, columns: columns)
  }

  /// The values of some rows and columns, one row after the other, without padding.
  public func values(rows: Range<Int>, columns: Range<Int>) -> [Float] {
    precondition(columns.lowerBound >= 0 && columns.upperBound <= dimension, "no such columns")
    precondition(rows.lowerBound >= 0 && rows.upperBound <= self.rows, "no such rows")
    return withValues { span in
      var values: [Float] = []
      values.reserveCapacity(rows.count * columns.count)
      for row in rows {
        for lane in columns { values.append(span[row * stride + lane]) }
      }
      return values
    }
  }

  /// Whether every value is a finite number.
  ///
  /// - Complexity: O(rows × dimension).
  public var isFinite: Bool {
    withValues { span in
      for index in span.indices where !span[index].isFinite { return false }
      return true
    }
  }

  /// Calls `body` with all values, padding included; row `r` starts at `r * stride`.
  public func withValues<Result>(_ body: (Span<Float>) -> Result) -> Result {
    // Safety: the storage outlives the call and the span covers exactly its values. It is made
    // from a buffer because the optimizer of Swift 6.3.1 crashes on one made from an address.
    let buffer = unsafe UnsafeBufferPointer(start: storage.start, count: storage.count)
    return unsafe body(Span(_unsafeElements: buffer))
  }

  /// Calls `body` with all values for changing them; the padding must stay zero.
  public mutating func withMutableValues<Result>(
    _ body: (inout MutableSpan<Float>) -> Result
  ) -> Result {
    makeUnique()
    // Safety: the storage is held by this table alone, outlives the call, and the span covers
    // exactly its values.
    let buffer = unsafe UnsafeMutableBufferPointer(start: storage.start, count: storage.count)
    var span = unsafe MutableSpan(_unsafeElements: buffer)
    return body(&span)
  }

  /// The address of the first value, for the kernels of this module.
  @unsafe var start: UnsafeMutablePointer<Float> { unsafe storage.start }

  /// Gives this table a storage of its own, before a kernel changes it.
  mutating func makeUnique() {
    if !isKnownUniquelyReferenced(&storage) { storage = Storage(copying: storage) }
  }

  // A class because the memory has to be released with the last table that uses it. Sendable:
  // every change goes through `makeUnique`, so that shared storage is only ever read.
  @safe private final class Storage: @unchecked Sendable {
    let start: UnsafeMutablePointer<Float>
    let count: Int

    init(count: Int) {
      self.count = count
      let memory = unsafe LargeMemory.allocate(bytes: max(count, 16) * MemoryLayout<Float>.stride)
      unsafe start = memory.initializeMemory(as: Float.self, repeating: 0, count: max(count, 16))
    }

    init(copying other: Storage) {
      count = other.count
      let memory = unsafe LargeMemory.allocate(bytes: max(count, 16) * MemoryLayout<Float>.stride)
      unsafe start = memory.initializeMemory(
        as: Float.self, from: other.start, count: other.count)
    }

    // Safety: the address is the one that `allocate` gave, and no table refers to it any more.
    deinit { unsafe start.deallocate() }
  }
}

extension EmbeddingTable: Equatable {
  /// Whether two tables have the same shape and equal values.
  public static func == (left: Self, right: Self) -> Bool {
    guard left.rows == right.rows, left.dimension == right.dimension else { return false }
    return left.withValues { one in
      right.withValues { other in
        for index in 0..<one.count where one[index] != other[index] { return false }
        return true
      }
    }
  }
}
