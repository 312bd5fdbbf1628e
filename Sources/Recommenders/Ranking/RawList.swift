/// One user's list as raw ids, best first, in buffers that serve for one list after another.
public struct RawList: Sendable {
  /// The bytes of the ids, one after the other.
  public private(set) var bytes: [UInt8] = []
  /// Where each id ends; the user's comes first.
  private var ends: [Int] = []

  /// Starts without a user and items.
  public init() {}

  /// Makes a list of ids.
  public init(user: String, items: [String]) {
    for id in [user] + items { append(Array(id.utf8)[...]) }
  }

  /// Whether not even the user is known.
  public var isEmpty: Bool { ends.isEmpty }

  /// The number of items.
  public var count: Int { max(ends.count - 1, 0) }

  /// Where the user's id is in the bytes.
  ///
  /// - Precondition: The list has a user.
  public var user: Range<Int> { 0..<ends[0] }

  /// Where the id of an item is in the bytes, by its place from 0.
  public func item(_ place: Int) -> Range<Int> { ends[place]..<ends[place + 1] }

  /// Drops all ids and keeps the buffers.
  public mutating func removeAll() {
    bytes.removeAll(keepingCapacity: true)
    ends.removeAll(keepingCapacity: true)
  }

  /// Adds an id, the user's first.
  public mutating func append(_ id: ArraySlice<UInt8>) {
    bytes += id
    ends.append(bytes.count)
  }
}
