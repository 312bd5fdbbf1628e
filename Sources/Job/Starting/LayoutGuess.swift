import Ratings
import Storage

/// What a file of ratings looks like, told from its first bytes.
struct LayoutGuess {
  /// The most bytes of a file that are looked at.
  static let sampleSize = 1 << 18
  private static let mostRows = 1000
  private static let mostItems = 10_000
  private static let delimiters = ["::", "\t", ";", "|", ",", "^", " "]

  /// How the file is written: `delimited` or `jsonl`.
  let format: RatingsFormat
  /// How the rows of a delimited file are written.
  let rows: RowOptions
  /// The first rows.
  let table: ColumnTable
  /// Which column is what.
  let roles: ColumnRoles
  /// What was guessed of the rows.
  let remarks: [String]

  /// Why a file was not understood, in a sentence.
  struct Unclear: Error {
    let reason: String
  }

  /// Looks at the beginning of a file; `isWhole` says that it is all of it.
  ///
  /// With ids of rated items it is looked at as a list of items.
  init(
    sample: [UInt8], isWhole: Bool, named: NamedColumns = NamedColumns(),
    ratedItems: Set<String>? = nil
  ) throws(Unclear) {
    var remarks: [String] = []
    let first = sample.first { ![0x20, 0x09, 0x0A, 0x0D, 0xEF, 0xBB, 0xBF].contains($0) }
    guard let first else { throw Unclear(reason: "the file is empty") }
    if first == UInt8(ascii: "[") {
      throw Unclear(
        reason: "it begins as one JSON array; recjob reads an object a line, which "
          + "\"jq -c '.[]'\" makes of it")
    }
    var options = RowOptions()
    if first == UInt8(ascii: "{") {
      format = .jsonLines
      table = try Self.objects(sample, isWhole: isWhole, limit: Self.limit(ratedItems))
    } else {
      format = .delimited
      options.encoding = Self.encoding(of: sample, isWhole: isWhole)
      if options.encoding == .latin1 {
        remarks.append("the text is not UTF-8 and is read as Latin-1")
      }
      let rows = try Self.split(
        sample, isWhole: isWhole, &options, limit: Self.limit(ratedItems))
      options.header = Self.hasHeader(rows, named: named, ratedItems: ratedItems ?? [])
      table = ColumnTable(
        names: options.header ? rows[0] : nil,
        rows: Array(rows.dropFirst(options.header ? 1 : 0)))
      if table.rows.isEmpty { throw Unclear(reason: Self.onlyHeader) }
    }
    rows = options
    var given: [ColumnRole: Int] = [:]
    for (role, name) in named.byRole {
      guard let position = table.position(of: name) else {
        throw Unclear(
          reason: "it has no column \"\(name)\" for the \(role.rawValue); its columns are "
            + (0..<table.count).map(table.title).joined(separator: ", "))
      }
      given[role] = position
    }
    if let ratedItems {
      roles = ColumnRoles(table, ofItemsAmong: ratedItems)
    } else {
      roles = ColumnRoles(table, given: given)
    }
    self.remarks = remarks
  }

  private static let onlyHeader = "it has only a header, no rows"

  /// How many rows are looked at: those of items until some of the rated ones are among them.
  private static func limit(_ ratedItems: Set<String>?) -> Int {
    ratedItems == nil ? mostRows : mostItems
  }

  // MARK: - Delimited

  private static func encoding(of sample: [UInt8], isWhole: Bool) -> FileEncoding {
    if sample.starts(with: [0xFF, 0xFE]) || sample.starts(with: [0xFE, 0xFF]) { return .utf16 }
    // What is cut off may end within a character.
    let end = isWhole ? sample.count : (sample.lastIndex(of: UInt8(ascii: "\n")) ?? sample.count)
    return String(validating: sample[..<end], as: UTF8.self) == nil ? .latin1 : .utf8
  }

  /// Splits the rows by the delimiter that gives most of them the same number of fields, of several
  /// the one with the most fields.
  private static func split(
    _ sample: [UInt8], isWhole: Bool, _ options: inout RowOptions, limit: Int
  ) throws(Unclear) -> [[String]] {
    var best: (delimiter: String, quotes: Bool, rows: [[String]], count: Int)?
    var single: [String]?
    for delimiter in delimiters {
      options.delimiter = delimiter
      for quotes in [true, false] {
        options.quotes = quotes
        let rows = RowSample.rows(
          of: sample, options: options, isWhole: isWhole, limit: limit)
        // Words of a sentence are no fields.
        if rows.count == 1, rows[0].count > 1, delimiter != " " { single = single ?? rows[0] }
        let counts = Dictionary(grouping: rows, by: \.count).mapValues(\.count)
        guard
          let common = counts.max(by: { ($0.value, $0.key) < ($1.value, $1.key) }),
          common.key > 1, common.value * 20 >= rows.count * 19, rows.count > 1
        else { continue }
        if best.map({ common.key > $0.count }) ?? true {
          best = (delimiter, quotes, rows.filter { $0.count == common.key }, common.key)
        }
        break
      }
    }
    guard let best else {
      if isWhole, let single, !single.contains(where: ColumnTable.isNumberOrTime) {
        throw Unclear(reason: onlyHeader)
      }
      throw Unclear(
        reason: "no delimiter (, ; | tab :: ^ or a space) splits its lines into the same number of "
          + "fields")
    }
    options.delimiter = best.delimiter
    options.quotes = best.quotes
    return best.rows
  }

  /// Whether the first row names the columns: it has a name that is known or given, or neither number
  /// nor time where nearly all others have one, or no id where others are those of rated items.
  private static func hasHeader(
    _ rows: [[String]], named: NamedColumns, ratedItems: Set<String>
  ) -> Bool {
    let first = rows[0]
    let isNamed = first.contains { name in
      ColumnRole.allCases.contains { $0.rank(of: name) != nil }
        || named.byRole.contains { $0.name == name && Int(name) == nil }
    }
    if isNamed { return true }
    let rest = ColumnTable(names: nil, rows: Array(rows.dropFirst()))
    return first.indices.contains { column in
      let isOther =
        !ColumnTable.isNumberOrTime(first[column])
        && rest.isMostly(column, ColumnTable.isNumberOrTime)
      let cells = ratedItems.isEmpty ? [] : rest.cells(column)
      return isOther && !first[column].isEmpty
        || !cells.isEmpty && !first[column].contains(where: \.isNumber)
          && rest.isMostly(column) { $0.contains(where: \.isNumber) }
          && cells.count(where: ratedItems.contains) * 2 >= cells.count
    }
  }

  // MARK: - JSON

  private static func objects(
    _ sample: [UInt8], isWhole: Bool, limit: Int
  ) throws(Unclear) -> ColumnTable {
    var lines = sample.split(separator: UInt8(ascii: "\n"))
    if !isWhole, lines.count > 1 { lines.removeLast() }
    var names: [String] = []
    var objects: [[String: String]] = []
    for (number, line) in lines.prefix(limit).enumerated() {
      guard let value = try? JSONParser.parseValue(Array(line), path: "line") else {
        if number == 0 { throw Unclear(reason: "its first line is not a JSON object") }
        continue
      }
      var object: [String: String] = [:]
      for leaf in leaves(value, name: "") {
        if object[leaf.name] == nil, !names.contains(leaf.name) { names.append(leaf.name) }
        object[leaf.name] = leaf.text
      }
      objects.append(object)
    }
    return ColumnTable(names: names, rows: objects.map { object in names.map { object[$0] ?? "" } })
  }

  /// The texts and numbers of an object, those of objects within it by keys with points between them;
  /// a list of texts counts as one text.
  private static func leaves(_ value: JSONValue, name: String) -> [(name: String, text: String)] {
    switch value {
    case .object(let members):
      members.flatMap { member in
        leaves(member.value, name: name.isEmpty ? member.key : "\(name).\(member.key)")
      }
    case .string(let text): [(name, text)]
    case .number(let number): [(name, number.text)]
    case .array(let elements):
      [(name, elements.compactMap(\.stringValue).joined(separator: "|"))]
    case .bool, .null: []
    }
  }
}
