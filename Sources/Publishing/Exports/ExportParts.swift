import Recommenders

/// How the lists of an export are divided among its files.
struct ExportParts {
  /// The lists of each file.
  let ranges: [Range<Int>]
  private let areNumbered: Bool

  /// Divides lists so that no file has more than `most` records, except where one user's list alone has:
  /// a list is never divided. With `nil`, there is one file, which may have any number.
  init(_ lists: [RecommendationList], most: Int?, rows: (RecommendationList) -> Int) {
    areNumbered = most != nil
    guard let most else {
      ranges = [0..<lists.count]
      return
    }
    var ranges: [Range<Int>] = []
    var (start, count) = (0, 0)
    for (position, list) in lists.enumerated() {
      let rows = rows(list)
      if count > 0, count + rows > most {
        ranges.append(start..<position)
        (start, count) = (position, 0)
      }
      count += rows
    }
    self.ranges = ranges + [start..<lists.count]
  }

  /// The name of a file before its ending: `recommendations`, or `recommendations-00001` and so on, with as
  /// many digits in all of them, so that the order of the names is that of the files.
  func name(of part: Int) -> String {
    guard areNumbered else { return "recommendations" }
    let digits = "\(part + 1)"
    let width = max(5, "\(ranges.count)".utf8.count)
    return "recommendations-" + String(repeating: "0", count: width - digits.utf8.count) + digits
  }
}
