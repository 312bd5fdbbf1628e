import Acquisition
import Ratings
import Storage

/// A dataset that a starting job is written for, and what was found in it.
struct StartingData {
  /// A member whose rows were looked at.
  struct Member {
    let name: String
    let guess: LayoutGuess
  }

  /// What the members hold.
  enum Content {
    /// A layout that is known by the members' names.
    case known(DetectedLayout)
    /// A member with ratings whose columns were found, and one with titles if there is one.
    case described(ratings: Member, items: Member?)
  }

  let content: Content
  /// How many members there are.
  let memberCount: Int
  /// The ratings' first row, as it is written.
  let example: String
  /// Ids of rated items, those of the first rows.
  let ratedItems: Set<String>

  /// Looks into a dataset.
  ///
  /// - Throws: `StartingError.unclear`, or what reading the dataset throws.
  init(_ dataset: FetchedDataset, source: String, named: NamedColumns) throws {
    let reader = MemberStream(dataset)
    let members = try reader.members()
    memberCount = members.count
    if named == NamedColumns(),
      let layout = try? FormatDetection.detect(memberNames: members.map(\.name))
    {
      content = .known(layout)
      let sample = try Self.sample(of: layout.ratingsMember, reader)
      let lines = String(decoding: sample.bytes.prefix(4096), as: UTF8.self)
        .split(whereSeparator: \.isNewline)
      let hasHeader = layout.format == .movielensCSV
      example = lines.dropFirst(hasHeader ? 1 : 0).first.map(String.init) ?? ""
      let guess = try? LayoutGuess(sample: sample.bytes, isWhole: sample.isWhole)
      ratedItems = guess?.ratedItems ?? []
      return
    }
    var looked: [Member] = []
    var notes: [String] = []
    for member in members.prefix(Self.mostMembers) {
      let sample = try Self.sample(of: member.name, reader)
      do throws(LayoutGuess.Unclear) {
        looked.append(
          Member(
            name: member.name,
            guess: try LayoutGuess(sample: sample.bytes, isWhole: sample.isWhole, named: named)))
      } catch {
        notes.append("\(member.name): \(error.reason)")
      }
    }
    let ratings = looked.filter(\.guess.hasRatings)
    guard ratings.count == 1 else {
      throw StartingError.unclear(
        source: source,
        Self.explanation(looked, ratings: ratings, notes: notes, isOne: members.count == 1))
    }
    let items = looked.filter { $0.name != ratings[0].name && $0.guess.hasItems }
    content = .described(ratings: ratings[0], items: items.count == 1 ? items[0] : nil)
    ratedItems = ratings[0].guess.ratedItems
    let first = ratings[0].guess.table.rows.first ?? []
    example = first.joined(separator: ratings[0].guess.format == .jsonLines ? ", " : " · ")
  }

  static let mostMembers = 32

  /// What a job file needs that was not found.
  private static func explanation(
    _ looked: [Member], ratings: [Member], notes: [String], isOne: Bool
  ) -> [String] {
    var lines: [String] = []
    if ratings.count > 1 {
      lines.append(
        "several members may hold the ratings: \(ratings.map(\.name).joined(separator: ", "))")
      lines.append("write a job file with the one that does as \"ratings\" in \"dataset\"")
      return lines
    }
    for member in looked {
      if !isOne { lines.append("\(member.name):") }
      lines += member.guess.table(indentation: isOne ? "" : "  ")
      lines += member.guess.missing
    }
    return lines + notes
  }

  private struct Enough: Error {}

  /// The beginning of a member.
  static func sample(
    of member: String, _ reader: MemberStream
  ) throws -> (bytes: [UInt8], isWhole: Bool) {
    var bytes: [UInt8] = []
    do {
      try reader.read(members: [member]) { (_, chunk) throws(Enough) in
        bytes += chunk
        if bytes.count > LayoutGuess.sampleSize { throw Enough() }
      }
    } catch is Enough {
      return (Array(bytes.prefix(LayoutGuess.sampleSize)), false)
    }
    return (bytes, true)
  }
}

/// A reason why no starting job is written.
public enum StartingError: Error, Equatable, Sendable, CustomStringConvertible {
  /// It does not tell which columns are users, items and ratings.
  case unclear(source: String, [String])
  /// It does not tell which columns are the ids of rated items.
  case unclearItems(source: String, [String])
  /// The dataset is not there.
  case noSource(path: String)
  /// The directory of the job file is not there.
  case noDirectory(path: String)
  /// The job file is there.
  case fileExists(path: String)

  /// What was seen, and what to do.
  public var description: String {
    switch self {
    case .unclear(let source, let lines):
      (["\(source): the ratings were not found; no job file is written"] + lines)
        .joined(separator: "\n")
    case .unclearItems(let source, let lines):
      (["\(source): the rated items were not found; no job file is written"] + lines)
        .joined(separator: "\n")
    case .fileExists(let path):
      "\(path) exists and is not overwritten; give another file with --output, or --force"
    case .noSource(let path): "\(path) does not exist"
    case .noDirectory(let path): "\(path) is no directory that a job file could be written to"
    }
  }
}

extension LayoutGuess {
  /// Whether users, items and ratings were found.
  var hasRatings: Bool {
    [ColumnRole.user, .item, .rating].allSatisfy { roles.columns[$0] != nil } && badRatings.isEmpty
  }

  /// The items of the rows that were looked at.
  var ratedItems: Set<String> { roles.columns[.item].map { Set(table.cells($0)) } ?? [] }

  /// Whether it lists items and their titles, and is no list of ratings.
  var hasItems: Bool {
    roles.columns[.rating] == nil && roles.columns[.item] != nil && roles.columns[.title] != nil
  }

  /// Cells of the ratings that are no numbers with a point.
  var badRatings: [String] {
    guard let column = roles.columns[.rating] else { return [] }
    let bad = table.cells(column).filter { ColumnTable.number($0) == nil }
    // A few are rows to be skipped; many are another way to write ratings.
    return bad.count * 20 > table.cells(column).count ? bad : []
  }

  /// The columns with an example of each and what they were taken for.
  func table(indentation: String) -> [String] {
    var lines = TextTable(["column", "example", "taken for"], [.left, .left, .left])
    let first = table.rows.first ?? []
    for column in 0..<table.count {
      let role = roles.role(of: column)
      var text = role?.rawValue ?? "–"
      if role == .timestamp { text += ", \(roles.timestamps.rawValue)" }
      if roles.guesses.contains(where: { $0.role == role }) { text += " (a guess)" }
      lines.add([table.title(column), Self.shortened(first[column]), text])
    }
    return lines.lines.map { indentation + $0 }
  }

  /// What was not found, and the key that names it.
  var missing: [String] {
    var lines: [String] = []
    for role in [ColumnRole.user, .item, .rating] where roles.columns[role] == nil {
      let among = roles.candidates[role].map { columns in
        columns.isEmpty ? "" : ", perhaps " + columns.map(table.title).joined(separator: ", ")
      }
      lines.append(
        "no column is clearly the \(role.rawValue)\(among ?? ""): name it by --\(role.rawValue), or "
          + "as dataset.columns.\(role.rawValue) in a job file")
    }
    let bad = badRatings
    if let cell = bad.first(where: ColumnTable.hasDecimalComma) ?? bad.first {
      var line = "the ratings are written as \"\(cell)\"; recjob reads decimal numbers with a point"
      if ColumnTable.hasDecimalComma(cell) {
        line += ": write \"\(cell.replacing(",", with: "."))\" in their place"
      }
      lines.append(line)
    }
    if roles.columns[.rating] == nil, roles.candidates[.rating] == nil {
      lines.append(
        (0..<table.count).contains(where: table.isNumeric)
          ? "no column of numbers is called like ratings or holds few different ones, as ratings do"
          : "recjob learns from ratings; a file without a column of numbers has none")
    }
    return lines
  }

  private static func shortened(_ text: String) -> String {
    let line = text.replacing("\n", with: " ")
    return line.count > 40 ? line.prefix(39) + "…" : line
  }
}
