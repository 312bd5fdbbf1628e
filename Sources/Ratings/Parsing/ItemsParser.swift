/// A reader of items files that is handed a file in chunks of any size.
public struct ItemsParser: Sendable {
  private var rows: RowParser<ItemRecords>

  /// Prepares to read a file.
  ///
  /// - Parameters:
  ///   - file: The name of the file, for error messages.
  ///   - format: The layout of the file.
  ///   - options: How the file is written, where the format is described by the job.
  ///   - maxBadRows: How many bad rows may be skipped.
  /// - Precondition: `format` is not `auto`.
  public init(
    file: String, format: RatingsFormat, options: ItemsParsingOptions = ItemsParsingOptions(),
    maxBadRows: Int = 0
  ) {
    let layout = ItemsLayout(format: format, options: options)
    rows = RowParser(
      file: file, layout: layout.rows, maxBadRows: maxBadRows,
      consumer: ItemRecords(file: file, layout: layout))
  }

  /// Reads the next bytes of the file.
  ///
  /// - Throws: ``RatingsError`` at the first row that can neither be read nor skipped.
  public mutating func parse(_ chunk: [UInt8]) throws(RatingsError) {
    try rows.parse(chunk)
  }

  /// Reads what is left after the last chunk and returns the items.
  ///
  /// - Throws: ``RatingsError`` as ``parse(_:)``.
  public mutating func finish() throws(RatingsError) -> RawItems {
    try rows.finish()
    var raw = rows.consumer.raw
    raw.skipped = rows.badRows.skipped
    return raw
  }
}

/// Turns the rows of an items file into items.
struct ItemRecords: RecordConsumer {
  /// What MovieLens writes for an item without genres.
  private static let noGenres = "(no genres listed)"

  private(set) var raw: RawItems
  private let layout: ItemsLayout
  private var item = 0
  private var title: Int?
  private var genreNames: (column: Int, separator: Character)?

  init(file: String, layout: ItemsLayout) {
    raw = RawItems(file: file)
    self.layout = layout
  }

  mutating func begin(columns: Columns) throws(RatingsError) {
    item = try columns.position(of: layout.item)
    if let column = layout.title { title = try columns.position(of: column) }
    switch layout.genres {
    case .none: break
    case .names(let column, let separator):
      genreNames = (try columns.position(of: column), separator)
    case .flags(let first, let names):
      _ = try columns.position(of: .position(first + names.count - 1))
    }
  }

  mutating func consume(_ record: ParsedRow, line: Int) throws(RowFault) {
    try record.requireID(item, of: "item")
    let label = try record.requireText(item, of: "id of the item")
    let details = ItemDetails(
      title: try title.map { title throws(RowFault) in
        try record.requireText(title, of: "title")
      } ?? "",
      genres: try genres(of: record))
    raw.append(label: label, details: details)
  }

  private func genres(of record: ParsedRow) throws(RowFault) -> [String] {
    if let genreNames {
      if let names = record.strings(genreNames.column) { return names }
      let names = try record.requireText(genreNames.column, of: "list of genres")
      return names == Self.noGenres
        ? [] : names.split(separator: genreNames.separator).map(String.init)
    }
    guard case .flags(let first, let names) = layout.genres else { return [] }
    var genres: [String] = []
    for (offset, name) in names.enumerated() {
      let field = first + offset
      switch record.text(field) {
      case "0": continue
      case "1": if let name { genres.append(name) }
      default:
        throw RowFault(
          reason: .invalidFlag, position: record.fields[field].start,
          text: "the genre flag \(record.excerpt(field)) is neither 0 nor 1")
      }
    }
    return genres
  }
}
