/// What is wrong with a row, and where in the bytes that are being read.
struct RowFault: Error {
  let reason: BadRowReason
  /// The first byte of the field that is wrong.
  let position: Int
  /// The sentence for people.
  let text: String
  /// The rating and the scale that it lies beyond, if that is what is wrong.
  var outOfScale: (rating: Float, scale: RatingScale)?
}

/// The account of the bad rows of one file.
struct BadRows: Sendable {
  private let file: String
  private let limit: Int
  private var counts = [Int](repeating: 0, count: BadRowReason.allCases.count)
  private var total = 0
  private var first: (line: Int, column: Int, text: String)?

  init(file: String, limit: Int) {
    self.file = file
    self.limit = limit
  }

  /// The rows so far, sorted by reason.
  var skipped: [SkippedRows] {
    zip(BadRowReason.allCases, counts)
      .filter { $0.1 > 0 }
      .map { SkippedRows(reason: $0.0, count: $0.1) }
      .sorted { $0.reason.rawValue < $1.reason.rawValue }
  }

  /// Counts a row.
  ///
  /// - Throws: ``RatingsError`` if this is one more than may be skipped.
  mutating func add(_ fault: RowFault, line: Int, column: Int) throws(RatingsError) {
    total += 1
    let first = self.first ?? (line, column, fault.text)
    self.first = first
    for (position, reason) in BadRowReason.allCases.enumerated() where reason == fault.reason {
      counts[position] += 1
    }
    guard total > limit else { return }
    if limit > 0 {
      throw .tooManyBadRows(
        file: file, limit: limit, line: first.line, column: first.column, reason: first.text)
    }
    if let (rating, scale) = fault.outOfScale {
      throw .ratingOutOfScale(file: file, line: line, column: column, rating: rating, scale: scale)
    }
    throw .malformedRow(file: file, line: line, column: column, reason: fault.text)
  }
}
