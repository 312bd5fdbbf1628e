import Kernels
import Ratings

/// Ratings in groups, those of a user or those of an item, each in the order of its rows.
struct RatingGroups: Sendable {
  /// A rating without its group.
  private struct Member {
    /// The position of the item, or of the user where an item's ratings are a group.
    var other: UInt32 = 0
    var value: Float = 0
  }

  /// The ratings of consecutive groups.
  private struct Part {
    let groups: Range<Int>
    let members: [Member]
  }

  /// The number of ratings of each group.
  let counts: [Int32]
  /// Of about as many ratings each, see `partCount`.
  private let parts: [Part]

  /// Groups ratings.
  ///
  /// - Parameters:
  ///   - ratings: The ratings.
  ///   - groups: The group of each row of the dataset.
  ///   - count: The number of groups.
  ///   - others: The other side of each row of the dataset.
  ///   - threads: The number of threads. For each part one looks at every rating and takes those of
  ///     its groups, so that none has to wait for another.
  init(
    _ ratings: RatingSubset, by groups: [some DenseIndex], count: Int,
    with others: [some DenseIndex], threads: Int
  ) {
    let counts = Self.counts(ratings, groups, count: count, threads: threads)
    self.counts = counts
    let ranges = Self.divide(counts, into: Self.partCount(ratings: ratings.count, threads: threads))
    let values = ratings.columns.values
    parts = Parallel.map(ranges.count, threads: threads) { number in
      let range = ranges[number]
      var next: [Int] = []
      next.reserveCapacity(range.count)
      var total = 0
      for group in range {
        next.append(total)
        total += Int(counts[group])
      }
      var members = [Member](repeating: Member(), count: total)
      for position in 0..<ratings.count {
        let row = ratings.row(at: position)
        let group = groups[row].position
        guard range.contains(group) else { continue }
        let place = next[group - range.lowerBound]
        members[place] = Member(other: others[row].rawValue, value: values[row])
        next[group - range.lowerBound] = place + 1
      }
      return Part(groups: range, members: members)
    }
  }

  /// Returns for each group Σ (r − `mean` − `offsets` of the other side) / (n + `damping`).
  func dampedMeans(
    above mean: Double, and offsets: [Double], damping: Double, threads: Int
  ) -> [Double] {
    Parallel.map(parts.count, threads: threads) { number in
      let part = parts[number]
      let members = part.members.span
      let offsets = offsets.span
      var means: [Double] = []
      means.reserveCapacity(part.groups.count)
      var start = 0
      for group in part.groups {
        let end = start + Int(counts[group])
        var sum = 0.0
        for place in start..<end {
          let member = members[place]
          sum += Double(member.value) - mean - offsets[Int(member.other)]
        }
        means.append(sum / (Double(counts[group]) + damping))
        start = end
      }
      return means
    }.flatMap(\.self)
  }

  /// The number of parts that the work is divided into: one for each thread, but none for so few
  /// ratings that going through all of them, and counts of its own, cost more than the thread saves.
  static func partCount(ratings: Int, threads: Int) -> Int {
    min(max(threads, 1), ratings / 65_536 + 1)
  }

  private static func counts(
    _ ratings: RatingSubset, _ groups: [some DenseIndex], count: Int, threads: Int
  ) -> [Int32] {
    let partCount = partCount(ratings: ratings.count, threads: threads)
    let length = (ratings.count + partCount - 1) / partCount
    let parts = Parallel.map(partCount, threads: threads) { number in
      var counts = [Int32](repeating: 0, count: count)
      let start = min(number * length, ratings.count)
      for position in start..<min(start + length, ratings.count) {
        counts[groups[ratings.row(at: position)].position] += 1
      }
      return counts
    }
    var sums = parts[0]
    for part in parts.dropFirst() {
      for group in 0..<count { sums[group] += part[group] }
    }
    return sums
  }

  /// Divides the groups into consecutive ranges with about as many ratings each.
  private static func divide(_ counts: [Int32], into parts: Int) -> [Range<Int>] {
    let total = counts.reduce(0) { $0 + Int($1) }
    var ranges: [Range<Int>] = []
    var (start, seen) = (0, 0)
    for group in counts.indices {
      seen += Int(counts[group])
      if ranges.count < parts - 1, seen * parts >= total * (ranges.count + 1) {
        ranges.append(start..<group + 1)
        start = group + 1
      }
    }
    ranges.append(start..<counts.count)
    return ranges
  }
}
