/// In which order the features of a group are drawn, and what may be drawn at the same time.
struct GroupPlan: Sendable {
  /// Lists of features, each drawn in its order; features of different lists share no row.
  let lists: [[UInt32]]

  /// The most lists that a group is divided into.
  private static let mostLists = 64

  /// Finds the parts of a group that share no row, and puts them together to lists of about the same
  /// work.
  ///
  /// - Parameter ratingStarts: Where the ratings of each row begin, if the draws visit them.
  init(
    features: Range<Int>, starts: [Int], indices: [UInt32], columnStarts: [UInt64],
    columnRows: [UInt32], ratingStarts: [UInt64]?
  ) {
    var parents = Array(0..<features.count)
    func root(_ feature: Int) -> Int {
      var feature = feature
      while parents[feature] != feature {
        parents[feature] = parents[parents[feature]]
        feature = parents[feature]
      }
      return feature
    }
    for row in 0..<starts.count - 1 {
      var first: Int?
      for entry in starts[row]..<starts[row + 1] where features.contains(Int(indices[entry])) {
        let feature = Int(indices[entry]) - features.lowerBound
        if let first {
          let (one, other) = (root(first), root(feature))
          parents[max(one, other)] = min(one, other)
        } else {
          first = feature
        }
      }
    }
    // The root is a part's lowest feature, so that parts come in the order of their first features.
    var parts = [[UInt32]](repeating: [], count: features.count)
    var work = [Int](repeating: 0, count: features.count)
    var total = 0
    for feature in 0..<features.count {
      let number = features.lowerBound + feature
      let part = root(feature)
      parts[part].append(UInt32(number))
      var cost = 16
      for place in Int(columnStarts[number])..<Int(columnStarts[number + 1]) {
        let row = Int(columnRows[place])
        cost += ratingStarts.map { Int($0[row + 1] - $0[row]) } ?? 1
      }
      work[part] += cost
      total += cost
    }
    var lists: [[UInt32]] = []
    var (list, listWork) = ([UInt32](), 0)
    for part in parts.indices where !parts[part].isEmpty {
      list += parts[part]
      listWork += work[part]
      if listWork * Self.mostLists >= total {
        lists.append(list)
        (list, listWork) = ([], 0)
      }
    }
    if !list.isEmpty { lists.append(list) }
    self.lists = lists
  }
}
