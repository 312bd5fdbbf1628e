/// A reason why a dataset was refused.
public enum RatingsError: Error, Equatable, Sendable {
  /// A row that cannot be read. Lines are counted from 1; the column is that of the field's first
  /// byte in its line, from 1.
  case malformedRow(file: String, line: Int, column: Int, reason: String)
  /// More bad rows than may be skipped; the place and the reason are those of the first.
  case tooManyBadRows(file: String, limit: Int, line: Int, column: Int, reason: String)
  /// A text that is not in the encoding of its file.
  case unreadableText(file: String, line: Int, reason: String)
  /// A header without a column that is needed.
  case missingColumn(file: String, line: Int, name: String, found: [String])
  /// A header that names a column that is needed twice.
  case repeatedColumn(file: String, line: Int, name: String)
  /// Rows that are too short for a column that is needed; positions are counted from 0.
  case missingPosition(file: String, line: Int, position: Int, count: Int)
  /// A file without a single good row.
  case emptyDataset(file: String)
  /// A file with more rows than row numbers.
  case tooManyRows(file: String, limit: Int)
  /// Members of which none is a known ratings file.
  case unrecognizedLayout(members: [String])
  /// Several members that could each be the ratings file, or the items file.
  case ambiguousLayout(candidates: [String])
  /// A member that the job names and the dataset lacks.
  case missingMember(name: String, members: [String])
  /// A rating beyond the scale that the job gives.
  case ratingOutOfScale(file: String, line: Int, column: Int?, rating: Float, scale: RatingScale)
  /// Two ratings of one item by one user, where the job calls that an error.
  case duplicateRating(file: String, line: Int, earlierLine: Int, user: String, item: String)
  /// A filter by time of rows that have none.
  case filterNeedsTimestamps(file: String)
  /// Filters that no rating passes.
  case nothingPassesFilters(file: String, rows: Int)
  /// A split by time of rows that have none.
  case missingTimestamps(strategy: SplitStrategy)
  /// A split that leaves one of its parts without rows.
  case emptySplit(part: SplitPart, strategy: SplitStrategy, rows: Int)
}

/// The parts of a split.
public enum SplitPart: String, CaseIterable, Sendable {
  /// The rows that the model learns from.
  case train
  /// The rows that early stopping watches.
  case validation
  /// The rows that the evaluation uses.
  case heldOut = "held-out"
}

extension RatingsError: CustomStringConvertible {
  /// What is wrong, where, and what to do about it, in one sentence.
  public var description: String {
    switch self {
    case .malformedRow(let file, let line, let column, let reason):
      "\(file):\(line):\(column): \(reason); correct the row or raise max_bad_rows"
    case .tooManyBadRows(let file, let limit, let line, let column, let reason):
      "\(file) has more than the \(limit) bad rows that max_bad_rows allows; "
        + "the first is at \(file):\(line):\(column): \(reason)"
    case .unreadableText(let file, let line, let reason):
      "\(file):\(line): \(reason)"
    case .missingColumn(let file, let line, let name, let found):
      "\(file):\(line):1: the header has no column \"\(name)\"; it has \(Self.list(found))"
    case .repeatedColumn(let file, let line, let name):
      "\(file):\(line):1: the header names the column \"\(name)\" twice; name it by its position"
    case .missingPosition(let file, let line, let position, let count):
      "\(file):\(line):1: there is no column \(position), counted from 0: the row has \(count) fields; "
        + "correct the delimiter or the columns"
    case .emptyDataset(let file):
      "\(file) has no rating; check that the file is complete"
    case .tooManyRows(let file, let limit):
      "\(file) has more than \(limit) rows, the most that can be read; split the dataset"
    case .unrecognizedLayout(let members):
      "no known ratings file (ratings.csv, u.data or ratings.dat) was found; "
        + "name the member as dataset.ratings; the dataset has \(Self.list(members))"
    case .ambiguousLayout(let candidates):
      "several members could be the file that is looked for; name one of them in the job: "
        + Self.list(candidates)
    case .missingMember(let name, let members):
      "the dataset has no member \"\(name)\"; it has \(Self.list(members))"
    case .ratingOutOfScale(let file, let line, let column, let rating, let scale):
      "\(file):\(line):\(column.map { "\($0):" } ?? "") the rating \(rating) lies outside the "
        + "rating_scale of \(scale.minimum) to \(scale.maximum); correct the row or the scale"
    case .duplicateRating(let file, let line, let earlierLine, let user, let item):
      "\(file):\(line): user \"\(user)\" rated item \"\(item)\" already in line \(earlierLine); "
        + "remove one of the rows or set duplicates to \"last\" or \"mean\""
    case .filterNeedsTimestamps(let file):
      "filters.since and filters.until need timestamps and \(file) has none; "
        + "name their column in dataset.columns or leave the filters out"
    case .nothingPassesFilters(let file, let rows):
      "none of the \(rows) ratings of \(file) passes dataset.filters; lower the minimums or widen "
        + "the time span"
    case .missingTimestamps(let strategy):
      "the \(strategy.rawValue) split needs timestamps and the dataset has none; "
        + "choose the strategy \"random\" or \"hash\""
    case .emptySplit(let part, let strategy, let rows):
      "the \(strategy.rawValue) split of \(rows) rows leaves no \(part.rawValue) rows; "
        + "change the fractions or the strategy"
    }
  }

  /// Some names in quotes; long lists are cut, since an archive may have thousands of members.
  private static func list(_ names: [String]) -> String {
    guard !names.isEmpty else { return "nothing" }
    let shown = names.prefix(10).map { "\"\($0)\"" }.joined(separator: ", ")
    return names.count > 10 ? "\(shown) and \(names.count - 10) more" : shown
  }
}
