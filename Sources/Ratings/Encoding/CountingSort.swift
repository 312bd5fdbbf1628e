/// Sorting by dense index, which needs no comparisons.
enum CountingSort {
  /// Returns the positions of `keys` by ascending key, equal keys in ascending position.
  ///
  /// - Complexity: O(*n* + greatest key).
  static func order(_ keys: [some DenseIndex]) -> [Int32] {
    var next = [Int](repeating: 0, count: (keys.max()?.position ?? 0) + 2)
    for key in keys { next[key.position + 1] += 1 }
    for key in 1..<next.count { next[key] += next[key - 1] }
    var order = [Int32](repeating: 0, count: keys.count)
    for position in keys.indices {
      let key = keys[position].position
      order[next[key]] = Int32(position)
      next[key] += 1
    }
    return order
  }
}
