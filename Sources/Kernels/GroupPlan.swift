/// In which order the features of a group are drawn, and what may be drawn at the same time.
///
/// Features that share no row do not depend on each other. Where a group falls into many parts that
/// share no row, as the ids of users do, the parts are drawn side by side. Where it does not, as for
/// the items that a user rated, and features have many rows, the rows are cut in two halves: features
/// with rows in both are drawn batch by batch, each half summed by a thread of its own, and then those
/// of either half. Where features have few, one thread draws them all. In a block without records the
/// rows are ratings.
struct GroupPlan: Sendable {
  /// Features to be drawn by both halves of the rows.
  let shared: DrawList
  /// For each of them, in their order, its first entry in the second half of the rows.
  let middles: StableArray<UInt64>
  /// Lists of features; those of different lists share no row.
  let lists: [DrawList]

  /// The most lists that a group is divided into.
  private static let mostLists = 64
  /// The cost of a draw, in entries.
  private static let drawWork = 16
  /// The entries that the features of a group have on average where two threads are worth it: with
  /// fewer, what the threads tell each other takes longer than the sums.
  private static let sharedWork = 64

  /// Plans the draws of a group.
  ///
  /// - Parameters:
  ///   - features: The group.
  ///   - columns: Where each feature's entries begin, and the rows of all entries.
  ///   - rowCount: The number of rows.
  init(features: Range<Int>, columns: (starts: [UInt64], rows: [UInt32]), rowCount: Int) {
    func rows(_ feature: Int) -> ArraySlice<UInt32> {
      columns.rows[Int(columns.starts[feature])..<Int(columns.starts[feature + 1])]
    }
    let work = features.map { Self.drawWork + rows($0).count }
    let total = work.reduce(0, +)
    let parts = Self.parts(features: features, rowCount: rowCount, rows: rows)
    let largest = parts.map { $0.reduce(0) { $0 + work[Int($1) - features.lowerBound] } }.max()
    if (largest ?? 0) * 4 <= total {
      (shared, middles) = (DrawList([]), StableArray([], filler: 0))
      lists = Self.joined(parts, total: total) { work[Int($0) - features.lowerBound] }.map { list in
        DrawList(
          parts.count == features.count
            ? DrawList.batches(apart: list)
            : DrawList.batches(of: list, rowCount: rowCount, rows: rows))
      }
      return
    }
    func list(_ features: [UInt32]) -> DrawList {
      DrawList(DrawList.batches(of: features, rowCount: rowCount, rows: rows))
    }
    if total < features.count * (Self.drawWork + Self.sharedWork) {
      (shared, middles) = (DrawList([]), StableArray([], filler: 0))
      lists = [list(features.map { UInt32($0) })]
      return
    }
    let border = UInt32(Self.middle(features: features, rowCount: rowCount, rows: rows))
    var (shared, halves) = ([UInt32](), [[UInt32]](repeating: [], count: 2))
    for feature in features {
      guard let first = rows(feature).first, let last = rows(feature).last else {
        halves[0].append(UInt32(feature))
        continue
      }
      if first < border, last >= border {
        shared.append(UInt32(feature))
      } else {
        halves[first < border ? 0 : 1].append(UInt32(feature))
      }
    }
    self.shared = list(shared)
    middles = StableArray(
      self.shared.order.map { feature in
        let start = columns.starts[Int(feature)]
        return start + UInt64(rows(Int(feature)).prefix { $0 < border }.count)
      }, filler: 0)
    lists = halves.filter { !$0.isEmpty }.map(list)
  }

  /// The parts of a group that share no row, by their lowest features.
  private static func parts(
    features: Range<Int>, rowCount: Int, rows: (Int) -> ArraySlice<UInt32>
  ) -> [[UInt32]] {
    // Each feature leads to a lower one of its part, the lowest to itself.
    var lower = Array(0..<features.count)
    func lowest(_ feature: Int) -> Int {
      var feature = feature
      while lower[feature] != feature {
        lower[feature] = lower[lower[feature]]
        feature = lower[feature]
      }
      return feature
    }
    var featureOfRow = [Int?](repeating: nil, count: rowCount)
    for feature in 0..<features.count {
      for row in rows(features.lowerBound + feature) {
        if let other = featureOfRow[Int(row)] {
          let (one, another) = (lowest(other), lowest(feature))
          lower[max(one, another)] = min(one, another)
        } else {
          featureOfRow[Int(row)] = feature
        }
      }
    }
    var parts = [[UInt32]](repeating: [], count: features.count)
    for feature in 0..<features.count {
      parts[lowest(feature)].append(UInt32(features.lowerBound + feature))
    }
    return parts.filter { !$0.isEmpty }
  }

  /// Parts put together to lists of about the same work.
  private static func joined(
    _ parts: [[UInt32]], total: Int, work: (UInt32) -> Int
  ) -> [[UInt32]] {
    var lists: [[UInt32]] = []
    var (list, listWork) = ([UInt32](), 0)
    for part in parts {
      list += part
      listWork += part.reduce(0) { $0 + work($1) }
      if listWork * mostLists >= total {
        lists.append(list)
        (list, listWork) = ([], 0)
      }
    }
    return list.isEmpty ? lists : lists + [list]
  }

  /// The row before which half of the work lies.
  private static func middle(
    features: Range<Int>, rowCount: Int, rows: (Int) -> ArraySlice<UInt32>
  ) -> Int {
    var work = [Int](repeating: 0, count: rowCount)
    for feature in features {
      for row in rows(feature) { work[Int(row)] += 1 }
    }
    let half = work.reduce(0, +) / 2
    var sum = 0
    for row in work.indices {
      sum += work[row]
      if sum >= half { return row + 1 }
    }
    return work.count
  }
}
