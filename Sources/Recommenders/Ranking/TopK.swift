/// The *k* greatest keys seen so far, ties in favour of the lower position.
struct TopK {
  private let capacity: Int
  // Ascending in merit, so that the least is first to go: a heap with the worst at the root.
  private var heap: [(key: Float, position: Int32)] = []

  init(_ capacity: Int) {
    self.capacity = capacity
    heap.reserveCapacity(capacity)
  }

  /// Whether a key at a later position than all before would be kept.
  ///
  /// With every position offered in ascending order, a tie never displaces what is there.
  func admits(_ key: Float) -> Bool {
    guard heap.count == capacity else { return capacity > 0 }
    return key > heap[0].key
  }

  /// Adds a key that ``admits(_:)`` would let in.
  mutating func insert(_ key: Float, position: Int32) {
    if heap.count < capacity {
      heap.append((key, position))
      var child = heap.count - 1
      while child > 0 {
        let parent = (child - 1) / 2
        guard Self.isWorse(heap[child], heap[parent]) else { break }
        heap.swapAt(child, parent)
        child = parent
      }
      return
    }
    heap[0] = (key, position)
    var parent = 0
    while true {
      var worst = parent
      for child in 2 * parent + 1...2 * parent + 2
      where child < heap.count && Self.isWorse(heap[child], heap[worst]) {
        worst = child
      }
      guard worst != parent else { return }
      heap.swapAt(worst, parent)
      parent = worst
    }
  }

  /// What was kept, the greatest key first; the structure is empty afterwards.
  mutating func takeSorted() -> [(key: Float, position: Int32)] {
    heap.sort { Self.isWorse($1, $0) }
    let sorted = heap
    heap.removeAll(keepingCapacity: true)
    return sorted
  }

  private static func isWorse(
    _ left: (key: Float, position: Int32), _ right: (key: Float, position: Int32)
  ) -> Bool {
    left.key != right.key ? left.key < right.key : left.position > right.position
  }
}
