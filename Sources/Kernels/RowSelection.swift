internal import CKernels

/// A row and the key that it is listed by.
@frozen public struct ScoredRow: Sendable, Equatable {
  /// The key.
  public var key: Float
  /// The number of the row.
  public var row: UInt32

  /// Pairs a key with a row.
  public init(key: Float, row: UInt32) {
    self.key = key
    self.row = row
  }
}

/// The rows that must not be listed, for one user after the other.
public struct ExcludedRows: Sendable {
  fileprivate var starts = [0]
  fileprivate var rows: [UInt32] = []

  /// Starts without users.
  public init() {}

  /// The number of users.
  public var count: Int { starts.count - 1 }

  /// Adds a user.
  ///
  /// - Precondition: The rows ascend.
  public mutating func append(_ rows: [UInt32]) {
    self.rows += rows
    starts.append(self.rows.count)
  }
}

/// A way to the rows that have the greatest keys for a user.
///
/// A list is in the order of its keys, the greatest first, and of equal keys the lower row first. Keys
/// that are not a number are never listed.
public protocol RowSelection: Sendable {
  /// The best `k` rows for each of some users, or as many as there are.
  ///
  /// - Parameters:
  ///   - k: The length of a list.
  ///   - users: The users' numbers.
  ///   - excluded: As many users, in the same order.
  /// - Returns: A list for each user, in the same order.
  func lists(of k: Int, for users: Range<Int>, excluding excluded: ExcludedRows) -> [[ScoredRow]]
}

/// The number of users whose keys are computed together.
public enum SelectionGroup {
  /// A multiple of this many users leaves no lane empty.
  public static var users: Int { Int(RK_USERS_AT_ONCE) }
}

/// Lists while they are made.
struct ListMaking {
  private let k: Int
  private let users: Range<Int>
  private let excluded: ExcludedRows

  init(of k: Int, for users: Range<Int>, excluding excluded: ExcludedRows) {
    precondition(excluded.count == users.count, "the excluded rows of a user are missing")
    precondition(k >= 0, "a list has no negative length")
    self.k = k
    self.users = users
    self.excluded = excluded
  }

  /// Has `select` fill the lists of all users, which are handed to it in another order, and returns
  /// them in the order of the users.
  @unsafe func lists(
    inOrder order: [Int], _ select: (UnsafeMutablePointer<rk_list>) -> Void
  ) -> [[ScoredRow]] {
    var lists = [[ScoredRow]](repeating: [], count: users.count)
    guard k > 0, !users.isEmpty else { return lists }
    var kept = [rk_scored](repeating: rk_scored(), count: users.count * k)
    // Safety: each list has room for k rows of its own and lends the excluded rows of its user for as
    // long as it lives; the kernel fills at most k.
    unsafe kept.withUnsafeMutableBufferPointer { kept in
      unsafe excluded.rows.withUnsafeBufferPointer { rows in
        unsafe withUnsafeTemporaryAllocation(of: rk_list.self, capacity: users.count) { making in
          guard let first = making.baseAddress, let keptStart = kept.baseAddress,
            let rows = rows.baseAddress
          else { return }
          for (place, user) in order.enumerated() {
            let position = user - users.lowerBound
            let (begin, end) = (excluded.starts[position], excluded.starts[position + 1])
            unsafe (first + place).initialize(
              to: rk_list(
                excluded: rows + begin, excluded_count: end - begin, kept: keptStart + place * k,
                count: 0))
          }
          unsafe select(first)
          for (place, user) in order.enumerated() {
            let listed = unsafe kept[place * k..<place * k + first[place].count]
            lists[user - users.lowerBound] = unsafe listed.map {
              ScoredRow(key: $0.key, row: $0.row)
            }
          }
        }
      }
    }
    return lists
  }
}

/// The values of users as the kernels take them: in groups of twelve, in which those of one dimension
/// lie side by side.
struct UserPack {
  /// All groups, one after the other.
  let values: EmbeddingTable

  /// Packs the rows of users in the order given.
  init(_ users: EmbeddingTable, rows: [Int]) {
    let width = SelectionGroup.users
    let groups = max((rows.count + width - 1) / width, 1)
    var packed = EmbeddingTable(rows: 1, dimension: groups * users.dimension * width)
    packed.withMutableValues { target in
      users.withValues { source in
        for (place, row) in rows.enumerated() {
          let start = place / width * users.dimension * width + place % width
          for lane in 0..<users.dimension {
            target[start + lane * width] = source[row * users.stride + lane]
          }
        }
      }
    }
    values = packed
  }
}
