internal import CKernels

/// The rows of ratings that were last read from a text, as far as they are plain.
///
/// A plain row is user, item, rating and, where there are any, a timestamp, written in nothing but
/// digits: ids without leading zeros, ids and timestamps of at most 16 digits, a rating of at most 8
/// digits before and 7 after its point. Almost all rows of almost all files are plain; whoever reads
/// others has to read them another way, which may be as slow as it needs to be.
///
/// The scan is C because Swift checks each byte that it looks at: it read a quarter as fast, and has
/// no way to find the ends of fields by vectors that is as fast on each processor.
public struct PlainRows: Sendable {
  /// How many rows are read at a time at most.
  public static let capacity = 1024

  /// How rows are written.
  public struct Shape: Sendable, Equatable {
    /// The one or two bytes between fields.
    public let delimiter: [UInt8]
    /// Whether a fourth field is a timestamp.
    public let hasTimestamps: Bool
    /// The least rating of a plain row.
    public let minimum: Float
    /// The greatest rating of a plain row.
    public let maximum: Float

    /// Creates a shape.
    ///
    /// - Precondition: The delimiter has one or two bytes, none of which is a digit, a point, a line
    ///   end or zero.
    public init(delimiter: [UInt8], hasTimestamps: Bool, minimum: Float, maximum: Float) {
      precondition(1...2 ~= delimiter.count, "a delimiter has one or two bytes")
      let reserved = "0123456789.\r\n\0".utf8
      precondition(!delimiter.contains(where: reserved.contains), "no byte for a delimiter")
      self.delimiter = delimiter
      self.hasTimestamps = hasTimestamps
      self.minimum = minimum
      self.maximum = maximum
    }
  }

  /// How many rows there are.
  public private(set) var count = 0
  /// The users' ids, `count` of them and then of no meaning.
  public private(set) var users = [UInt64](repeating: 0, count: capacity)
  /// The items' ids, likewise.
  public private(set) var items = [UInt64](repeating: 0, count: capacity)
  /// The ratings, likewise.
  public private(set) var values = [Float](repeating: 0, count: capacity)
  /// The timestamps, likewise; of no meaning in rows without.
  public private(set) var timestamps = [Int64](repeating: 0, count: capacity)

  /// Starts without rows.
  public init() {}

  /// Reads rows from the start of a text, until it has ``capacity`` of them or the next is not plain
  /// or not whole.
  ///
  /// - Returns: The number of bytes of these rows.
  public mutating func read(_ text: Span<UInt8>, shape: Shape) -> Int {
    var next = 0
    var cShape = rk_row_shape(
      delimiter: (shape.delimiter[0], shape.delimiter.count == 2 ? shape.delimiter[1] : 0),
      has_timestamps: shape.hasTimestamps ? 1 : 0, minimum: shape.minimum, maximum: shape.maximum)
    // Safety: each column has room for `capacity` rows, and all pointers live for the call only, in
    // which no byte beyond the text is read.
    count = unsafe users.withUnsafeMutableBufferPointer { users in
      unsafe items.withUnsafeMutableBufferPointer { items in
        unsafe values.withUnsafeMutableBufferPointer { values in
          unsafe timestamps.withUnsafeMutableBufferPointer { timestamps in
            unsafe text.withUnsafeBufferPointer { text in
              guard let start = text.baseAddress, let users = users.baseAddress,
                let items = items.baseAddress, let values = values.baseAddress,
                let timestamps = timestamps.baseAddress
              else { return 0 }
              var columns = unsafe rk_row_columns(
                users: users, items: items, values: values, timestamps: timestamps)
              return unsafe rk_plain_rows(
                start, text.count, &cShape, &columns, Self.capacity, &next)
            }
          }
        }
      }
    }
    return next
  }
}
