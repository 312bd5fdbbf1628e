import Ratings
import Synchronization

/// What a model's ranking keys were, for users who are ranked once more by the same model: first with
/// what is held out among the candidates, to be measured, then without, to be published.
///
/// It remembers the first users, as many as there is room for; what it does not know is computed.
public final class KeyMemory: Sendable {
  /// The room that there is for keys, in bytes.
  public static let room = 64 << 20

  private let userCount: Int
  private let itemCount: Int
  /// By user, a key for each item, or not a number where it is not known.
  private let rows = Mutex([Int: [Float]]())

  /// Creates an empty memory for the keys of a number of items, in some bytes.
  public init(items: Int, room: Int = KeyMemory.room) {
    itemCount = items
    userCount = room / max(items * MemoryLayout<Float>.stride, 1)
  }

  /// The bytes that the keys of users and items take at most.
  public static func bytes(users: Int, items: Int) -> Int {
    min(users * items * MemoryLayout<Float>.stride, room)
  }

  /// A user's keys of items; `find` computes those of items that are not known.
  func keys(of items: [UInt32], by user: UserIndex, _ find: ([UInt32]) -> [Float]) -> [Float] {
    guard user.position < userCount else { return find(items) }
    var row =
      rows.withLock { $0[user.position] } ?? [Float](repeating: .nan, count: itemCount)
    let missing = items.filter { row[Int($0)].isNaN }
    if !missing.isEmpty {
      for (item, key) in zip(missing, find(missing)) { row[Int(item)] = key }
      rows.withLock { $0[user.position] = row }
    }
    return items.map { row[Int($0)] }
  }
}
