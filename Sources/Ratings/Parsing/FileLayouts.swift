/// How a file of delimited rows is written.
struct DelimitedLayout: Sendable, Equatable {
  /// The bytes between fields, at least one.
  let delimiter: [UInt8]
  /// Whether the first row names the columns.
  let hasHeader: Bool
  /// Whether fields may be quoted as RFC 4180 describes.
  let allowsQuotes: Bool
  /// What a line begins with that holds no row; empty if there is no such thing.
  let comment: [UInt8]
  /// How bytes become text.
  let encoding: TextEncoding
  /// The number of fields of each row, or `nil` if it is that of the first row.
  let fieldCount: Int?

  init(
    delimiter: String, hasHeader: Bool = false, allowsQuotes: Bool = false, comment: String = "",
    encoding: TextEncoding = .utf8, fieldCount: Int? = nil
  ) {
    precondition(!delimiter.isEmpty, "a delimiter has at least one byte")
    self.delimiter = Array(delimiter.utf8)
    self.hasHeader = hasHeader
    self.allowsQuotes = allowsQuotes
    self.comment = Array(comment.utf8)
    self.encoding = encoding
    self.fieldCount = fieldCount
  }

  /// The CSV files of MovieLens.
  static let movieLensCSV = DelimitedLayout(delimiter: ",", hasHeader: true, allowsQuotes: true)

  /// Takes a layout that a job describes.
  init(_ options: RowOptions) {
    self.init(
      delimiter: options.delimiter, hasHeader: options.header, allowsQuotes: options.quotes,
      comment: options.comment ?? "", encoding: TextEncoding(options.encoding))
  }
}

/// How a file of rows is written.
enum RowLayout: Sendable, Equatable {
  /// Fields with a delimiter between them.
  case delimited(DelimitedLayout)
  /// An object a line, of which the values at some paths are the fields.
  case jsonLines([JSONPath])

  /// How bytes become text.
  var encoding: TextEncoding {
    switch self {
    case .delimited(let layout): layout.encoding
    case .jsonLines: .utf8
    }
  }
}

/// A ratings file: its rows and where in them its columns are.
struct RatingsLayout: Sendable, Equatable {
  let rows: RowLayout
  let user: ColumnReference
  let item: ColumnReference
  let rating: ColumnReference
  /// The timestamps, if there are any.
  let timestamp: ColumnReference?
  /// Whether a header without the timestamps' name stands for a file without them.
  var timestampMayLack = false
  /// How timestamps are written.
  var timestamps = TimestampFormat.seconds
}

/// An items file: its rows and where in them its columns are.
struct ItemsLayout: Sendable, Equatable {
  /// How a row lists genres.
  enum Genres: Sendable, Equatable {
    /// Not at all.
    case none
    /// By names in one column, with a separator between them.
    case names(ColumnReference, separator: Character)
    /// By a column of 0 or 1 for each of these names, from a position on; a name that is `nil`
    /// marks items without genres.
    case flags(from: Int, names: [String?])
  }

  let rows: RowLayout
  let item: ColumnReference
  let title: ColumnReference?
  let genres: Genres
}

extension RatingsLayout {
  /// Returns the layout of a ratings file.
  ///
  /// - Precondition: `format` is not `auto`.
  init(format: RatingsFormat, options: ParsingOptions) {
    switch format {
    case .auto:
      preconditionFailure("the format was not detected")
    case .movielensCSV:
      self.init(
        rows: .delimited(.movieLensCSV),
        user: .named("userId"), item: .named("movieId"), rating: .named("rating"),
        timestamp: .named("timestamp"), timestampMayLack: true)
    case .movielens100K:
      self.init(inOrder: .delimited(DelimitedLayout(delimiter: "\t", fieldCount: 4)))
    case .movielensDAT:
      self.init(inOrder: .delimited(DelimitedLayout(delimiter: "::", fieldCount: 4)))
    case .delimited:
      let columns = options.columns
      self.init(
        rows: .delimited(DelimitedLayout(options.rows)), user: columns.user, item: columns.item,
        rating: columns.rating, timestamp: columns.timestamp, timestamps: options.timestamps)
    case .jsonLines:
      let columns = options.columns
      let references = [columns.user, columns.item, columns.rating]
      let paths = (references + (columns.timestamp.map { [$0] } ?? [])).map { JSONPath($0.text) }
      self.init(
        rows: .jsonLines(paths), user: .position(0), item: .position(1), rating: .position(2),
        timestamp: columns.timestamp == nil ? nil : .position(3), timestamps: options.timestamps)
    }
  }

  /// User, item, rating and timestamp, in this order.
  private init(inOrder rows: RowLayout) {
    self.init(
      rows: rows, user: .position(0), item: .position(1), rating: .position(2),
      timestamp: .position(3))
  }
}

extension ItemsLayout {
  /// Returns the layout of an items file.
  ///
  /// - Precondition: `format` is not `auto`.
  init(format: RatingsFormat, options: ItemsParsingOptions) {
    switch format {
    case .auto:
      preconditionFailure("the format was not detected")
    case .movielensCSV:
      self.init(
        rows: .delimited(.movieLensCSV),
        item: .named("movieId"), title: .named("title"),
        genres: .names(.named("genres"), separator: "|"))
    case .movielens100K:
      self.init(
        rows: .delimited(DelimitedLayout(delimiter: "|", encoding: .latin1, fieldCount: 24)),
        item: .position(0), title: .position(1), genres: .flags(from: 5, names: Self.genres100K))
    case .movielensDAT:
      // The 1M files are Latin-1 and the 10M files UTF-8, under the same names.
      self.init(
        rows: .delimited(
          DelimitedLayout(delimiter: "::", encoding: .utf8OrLatin1, fieldCount: 3)),
        item: .position(0), title: .position(1), genres: .names(.position(2), separator: "|"))
    case .delimited:
      let columns = options.columns
      self.init(
        rows: .delimited(DelimitedLayout(options.rows)), item: columns.item, title: columns.title,
        genres: columns.genres.map { .names($0, separator: options.separator) } ?? .none)
    case .jsonLines:
      let columns = options.columns
      var paths = [JSONPath(columns.item.text)]
      func position(of column: ColumnReference?) -> ColumnReference? {
        guard let column else { return nil }
        paths.append(JSONPath(column.text, isRequired: false))
        return .position(paths.count - 1)
      }
      let title = position(of: columns.title)
      let genres = position(of: columns.genres)
      self.init(
        rows: .jsonLines(paths), item: .position(0), title: title,
        genres: genres.map { .names($0, separator: options.separator) } ?? .none)
    }
  }

  /// The flags of `u.item`; the first marks items whose genres are unknown.
  private static let genres100K: [String?] = [
    nil, "Action", "Adventure", "Animation", "Children's", "Comedy", "Crime", "Documentary",
    "Drama", "Fantasy", "Film-Noir", "Horror", "Musical", "Mystery", "Romance", "Sci-Fi",
    "Thriller", "War", "Western",
  ]
}
