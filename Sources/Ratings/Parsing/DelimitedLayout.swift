/// How a file of delimited rows is written.
struct DelimitedLayout: Sendable, Equatable {
  /// The one or two bytes between fields.
  let delimiter: [UInt8]
  /// Whether the first row names the columns.
  let hasHeader: Bool
  /// Whether fields may be quoted as RFC 4180 describes.
  let allowsQuotes: Bool
  /// How bytes become text.
  let encoding: TextEncoding
  /// The number of fields of each row, or `nil` if it is that of the header.
  let fieldCount: Int?

  init(
    delimiter: String, hasHeader: Bool = false, allowsQuotes: Bool = false,
    encoding: TextEncoding = .utf8, fieldCount: Int? = nil
  ) {
    precondition(1...2 ~= delimiter.utf8.count, "a delimiter has one or two bytes")
    precondition(hasHeader || fieldCount != nil, "the number of fields is not known")
    self.delimiter = Array(delimiter.utf8)
    self.hasHeader = hasHeader
    self.allowsQuotes = allowsQuotes
    self.encoding = encoding
    self.fieldCount = fieldCount
  }
}

/// A column by its name in the header or by its position from 0.
enum ColumnReference: Sendable, Equatable {
  case named(String)
  case position(Int)
}

/// A ratings file: its rows and where in them its columns are.
struct RatingsLayout: Sendable, Equatable {
  let rows: DelimitedLayout
  let user: ColumnReference
  let item: ColumnReference
  let rating: ColumnReference
  /// The timestamps; a name that the header lacks stands for a file without them.
  let timestamp: ColumnReference
}

/// An items file: its rows and where in them its columns are.
struct ItemsLayout: Sendable, Equatable {
  /// How a row lists genres.
  enum Genres: Sendable, Equatable {
    /// By names in one column, with `|` between them.
    case names(ColumnReference)
    /// By a column of 0 or 1 for each of these names, from a position on; a name that is `nil`
    /// marks items without genres.
    case flags(from: Int, names: [String?])
  }

  let rows: DelimitedLayout
  let item: ColumnReference
  let title: ColumnReference
  let genres: Genres
}

extension RatingsLayout {
  /// Returns the layout of a format's ratings file.
  ///
  /// - Precondition: `format` is not `auto`.
  init(format: RatingsFormat) {
    switch format {
    case .auto:
      preconditionFailure("the format was not detected")
    case .movielensCSV:
      self.init(
        rows: DelimitedLayout(delimiter: ",", hasHeader: true, allowsQuotes: true),
        user: .named("userId"), item: .named("movieId"), rating: .named("rating"),
        timestamp: .named("timestamp"))
    case .movielens100K:
      self.init(rows: DelimitedLayout(delimiter: "\t", fieldCount: 4))
    case .movielensDAT:
      self.init(rows: DelimitedLayout(delimiter: "::", fieldCount: 4))
    }
  }

  /// User, item, rating and timestamp, in this order.
  private init(rows: DelimitedLayout) {
    self.init(
      rows: rows, user: .position(0), item: .position(1), rating: .position(2),
      timestamp: .position(3))
  }
}

extension ItemsLayout {
  /// Returns the layout of a format's items file.
  ///
  /// - Precondition: `format` is not `auto`.
  init(format: RatingsFormat) {
    switch format {
    case .auto:
      preconditionFailure("the format was not detected")
    case .movielensCSV:
      self.init(
        rows: DelimitedLayout(delimiter: ",", hasHeader: true, allowsQuotes: true),
        item: .named("movieId"), title: .named("title"), genres: .names(.named("genres")))
    case .movielens100K:
      self.init(
        rows: DelimitedLayout(delimiter: "|", encoding: .latin1, fieldCount: 24),
        item: .position(0), title: .position(1), genres: .flags(from: 5, names: Self.genres100K))
    case .movielensDAT:
      // The 1M files are Latin-1 and the 10M files UTF-8, under the same names.
      self.init(
        rows: DelimitedLayout(delimiter: "::", encoding: .utf8OrLatin1, fieldCount: 3),
        item: .position(0), title: .position(1), genres: .names(.position(2)))
    }
  }

  /// The flags of `u.item`; the first marks items whose genres are unknown.
  private static let genres100K: [String?] = [
    nil, "Action", "Adventure", "Animation", "Children's", "Comedy", "Crime", "Documentary",
    "Drama", "Fantasy", "Film-Noir", "Horror", "Musical", "Mystery", "Romance", "Sci-Fi",
    "Thriller", "War", "Western",
  ]
}
