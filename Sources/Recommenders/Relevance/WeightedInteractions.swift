import Ratings

/// What users chose, each choice with a weight: a sparse matrix X, by user and by item.
struct WeightedInteractions: Equatable, Sendable {
  /// An entry of a row.
  struct Entry: Equatable, Sendable {
    /// The number of its column.
    let other: UInt32
    /// Its weight.
    let weight: Float
  }

  /// The entries of consecutive rows, those of a row by ascending number.
  struct Rows: Equatable, Sendable {
    /// Where each row begins, and after them the number of entries.
    let starts: [Int]
    /// The number of each entry's column.
    let others: [UInt32]
    /// The weight of each entry.
    let weights: [Float]

    /// The number of rows.
    var count: Int { starts.count - 1 }

    /// Where the entries of a row are.
    func entries(of row: Int) -> Range<Int> { starts[row]..<starts[row + 1] }

    /// The weight of a column in a row; 0 where there is no entry.
    ///
    /// - Complexity: O(log *n*) in the entries of the row.
    func weight(_ row: Int, _ other: UInt32) -> Float {
      let range = entries(of: row)
      var (low, high) = (range.lowerBound, range.upperBound)
      while low < high {
        let middle = low + (high - low) / 2
        if others[middle] < other { low = middle + 1 } else { high = middle }
      }
      return low < range.upperBound && others[low] == other ? weights[low] : 0
    }

    /// Rows that follow these; the entries of each ascend.
    func followed(by rows: [[Entry]]) -> Rows {
      var (starts, others, weights) = (starts, others, weights)
      for row in rows {
        others += row.map(\.other)
        weights += row.map(\.weight)
        starts.append(others.count)
      }
      return Rows(starts: starts, others: others, weights: weights)
    }

    /// The same entries by their columns, of which there are `count`.
    func turned(count: Int) -> Rows {
      var starts = [Int](repeating: 0, count: count + 1)
      for other in others { starts[Int(other) + 1] += 1 }
      for other in 0..<count { starts[other + 1] += starts[other] }
      var next = starts
      var turnedOthers = [UInt32](repeating: 0, count: others.count)
      var turnedWeights = [Float](repeating: 0, count: others.count)
      for row in 0..<self.count {
        for entry in entries(of: row) {
          let place = next[Int(others[entry])]
          next[Int(others[entry])] += 1
          turnedOthers[place] = UInt32(row)
          turnedWeights[place] = weights[entry]
        }
      }
      return Rows(starts: starts, others: turnedOthers, weights: turnedWeights)
    }
  }

  /// The choices of each user, and of what follows the users.
  let byUser: Rows
  /// The choices of each item.
  let byItem: Rows

  /// Gives each rating a weight; ratings whose weight is 0 are left out.
  ///
  /// The rows of `content` follow those of the users; the items of each ascend.
  init(
    _ ratings: RatingSubset, users: Int, items: Int, content: [[Entry]] = [],
    weight: (Float) -> Float
  ) {
    let columns = ratings.columns
    var starts = [Int](repeating: 0, count: users + 1)
    var chosen: [(row: Int, weight: Float)] = []
    chosen.reserveCapacity(ratings.count)
    for position in 0..<ratings.count {
      let row = ratings.row(at: position)
      let weight = weight(columns.values[row])
      guard weight != 0 else { continue }
      chosen.append((row, weight))
      starts[columns.users[row].position + 1] += 1
    }
    for user in 0..<users { starts[user + 1] += starts[user] }
    var next = starts
    var others = [UInt32](repeating: 0, count: chosen.count)
    var weights = [Float](repeating: 0, count: chosen.count)
    for entry in chosen {
      let user = columns.users[entry.row].position
      others[next[user]] = columns.items[entry.row].rawValue
      weights[next[user]] = entry.weight
      next[user] += 1
    }
    // Turned once, the users of each item ascend; turned twice, the items of each user do too.
    let turned = Rows(starts: starts, others: others, weights: weights).turned(count: items)
    byUser = turned.turned(count: users).followed(by: content)
    byItem = content.isEmpty ? turned : byUser.turned(count: items)
  }

  /// Takes the matrix from the tensors of a bundle; `nil` if they are not those of such a matrix.
  init?(counts: [Float], items: [Float], weights: [Float], itemCount: Int) {
    var starts = [0]
    starts.reserveCapacity(counts.count + 1)
    for count in counts {
      guard let count = Int(exactly: count), count >= 0,
        count <= items.count - starts[starts.count - 1]
      else { return nil }
      starts.append(starts[starts.count - 1] + count)
    }
    guard starts[starts.count - 1] == items.count, weights.count == items.count else { return nil }
    var others: [UInt32] = []
    others.reserveCapacity(items.count)
    for item in items {
      guard let item = UInt32(exactly: item), item < itemCount else { return nil }
      others.append(item)
    }
    byUser = Rows(starts: starts, others: others, weights: weights)
    for user in counts.indices {
      let range = byUser.entries(of: user)
      for entry in range.dropFirst() where others[entry] <= others[entry - 1] { return nil }
    }
    byItem = byUser.turned(count: itemCount)
  }

  /// The numbers of entries by user, the items, and the weights, as floats.
  var tensors: (counts: [Float], items: [Float], weights: [Float]) {
    (
      (0..<byUser.count).map { Float(byUser.entries(of: $0).count) },
      byUser.others.map { Float($0) }, byUser.weights
    )
  }
}
