import Ratings

/// The loops from bytes to records.
enum ReadingLoops {
  static let entries = [LoopEntry(name: "parse-csv", make: parsing)]

  /// MovieLens' `ratings.csv`, from memory.
  private static func parsing(_ size: LoopSize) -> Loop {
    let rows = size.pick(full: 200_000, tiny: 200)
    var text = "userId,movieId,rating,timestamp\n"
    for row in 0..<rows {
      text += "\(row / 150 + 1),\(row * 7919 % 9000 + 1),\(row % 10 / 2).5,\(1_000_000_000 + row)\n"
    }
    let bytes = Array(text.utf8)
    return Loop(name: "parse-csv", unit: "ratings", count: rows, bytes: bytes.count) { _ in
      var parser = RatingsParser(
        file: "ratings.csv", format: .movielensCSV, options: ParsingOptions())
      do throws(RatingsError) {
        try parser.parse(bytes)
        let parsed = try parser.finish().count
        precondition(parsed == rows, "rows were lost")
      } catch {
        preconditionFailure("\(error)")
      }
    }
  }
}
