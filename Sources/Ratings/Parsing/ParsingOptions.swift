/// A column by its name or by its position.
public enum ColumnReference: Sendable, Equatable {
  /// The name in the header, or the path of keys with points between them in a JSON object.
  case named(String)
  /// The position, from 0.
  case position(Int)

  /// The name, or the position in digits.
  public var text: String {
    switch self {
    case .named(let name): name
    case .position(let position): "\(position)"
    }
  }
}

/// How the bytes of a file become text.
public enum FileEncoding: String, CaseIterable, Sendable {
  /// UTF-8; anything else is an error.
  case utf8 = "utf-8"
  /// ISO 8859-1.
  case latin1
  /// UTF-16 in the order of its byte order mark, which must be there.
  case utf16 = "utf-16"
  /// UTF-16, the lower byte first.
  case utf16LittleEndian = "utf-16le"
  /// UTF-16, the upper byte first.
  case utf16BigEndian = "utf-16be"
}

/// How the rows of a delimited file are written.
public struct RowOptions: Equatable, Sendable {
  /// What stands between fields. The default is a comma.
  public var delimiter = ","
  /// Whether the first row names the columns. The default is true.
  public var header = true
  /// Whether a field may be quoted as RFC 4180 describes. The default is true.
  public var quotes = true
  /// What a line begins with that holds no row. The default is none.
  public var comment: String?
  /// The encoding. The default is UTF-8.
  public var encoding = FileEncoding.utf8

  /// Creates the default options.
  public init() {}
}

/// The columns of a ratings file.
public struct RatingsColumns: Equatable, Sendable {
  /// The users' ids. The default is the column `user`.
  public var user = ColumnReference.named("user")
  /// The items' ids. The default is the column `item`.
  public var item = ColumnReference.named("item")
  /// The ratings. The default is the column `rating`.
  public var rating = ColumnReference.named("rating")
  /// The timestamps. The default is none.
  public var timestamp: ColumnReference?

  /// Creates the default columns.
  public init() {}
}

/// The columns of an items file.
public struct ItemsColumns: Equatable, Sendable {
  /// The items' ids. The default is the column `item`.
  public var item = ColumnReference.named("item")
  /// The titles. The default is the column `title`.
  public var title: ColumnReference? = .named("title")
  /// The genres. The default is none.
  public var genres: ColumnReference?

  /// Creates the default columns.
  public init() {}
}

/// How timestamps are written.
public enum TimestampFormat: String, CaseIterable, Sendable {
  /// Whole seconds since 1970-01-01 UTC.
  case seconds
  /// Whole milliseconds since then.
  case milliseconds
  /// ISO 8601: a date, or a date and a time, in UTC where no offset is given.
  case iso8601
}

/// Which ratings of a dataset are used.
public struct RatingFilters: Equatable, Sendable {
  /// The ratings that a user must have. The default is 1.
  public var minUserRatings = 1
  /// The ratings that an item must have. The default is 1.
  public var minItemRatings = 1
  /// The oldest timestamp, in seconds since 1970-01-01 UTC. The default is none.
  public var since: Int64?
  /// The timestamp before which ratings must lie, in seconds. The default is none.
  public var until: Int64?

  /// Creates filters that let every rating pass.
  public init() {}
}

/// How the files of a dataset are read.
public struct ParsingOptions: Equatable, Sendable {
  /// The layout of the files. The default finds it out from their names.
  public var format: RatingsFormat = .auto
  /// How rows are written, where the format is `delimited`.
  public var rows = RowOptions()
  /// The columns, where the format is `delimited` or `jsonl`.
  public var columns = RatingsColumns()
  /// How timestamps are written, where the format is `delimited` or `jsonl`.
  public var timestamps = TimestampFormat.seconds
  /// How many bad rows of a file may be skipped. The default is 0.
  public var maxBadRows: Int = 0
  /// What becomes of repeated ratings. The default keeps the last.
  public var duplicates: DuplicatePolicy = .last
  /// The scale beyond which a rating is bad. The default accepts every finite rating.
  public var ratingScale: RatingScale?
  /// Which ratings are used. The default is all.
  public var filters = RatingFilters()

  /// Creates the default options.
  public init() {}
}

/// How an items file is read.
public struct ItemsParsingOptions: Equatable, Sendable {
  /// The layout of the file. The default is that of the ratings, or is told by the name.
  public var format: RatingsFormat = .auto
  /// How rows are written, where the format is `delimited`.
  public var rows = RowOptions()
  /// The columns, where the format is `delimited` or `jsonl`.
  public var columns = ItemsColumns()
  /// The character between genres. The default is `|`.
  public var separator: Character = "|"

  /// Creates the default options.
  public init() {}
}
