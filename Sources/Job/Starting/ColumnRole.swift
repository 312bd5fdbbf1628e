/// The columns that somebody names, each by its name in the data or its position from 0.
public struct NamedColumns: Equatable, Sendable {
  /// The users' column.
  public var user: String?
  /// The items' column.
  public var item: String?
  /// The ratings' column.
  public var rating: String?
  /// The times' column.
  public var timestamp: String?

  /// Names no column.
  public init() {}

  /// The columns by role.
  var byRole: [(role: ColumnRole, name: String)] {
    [(ColumnRole.user, user), (.item, item), (.rating, rating), (.timestamp, timestamp)]
      .compactMap { role, name in name.map { (role, $0) } }
  }
}

/// What a column of somebody's data may be to a job.
enum ColumnRole: String, CaseIterable {
  case user, item, rating, timestamp, title, genres

  /// The names that mean just this, the likelier first, without case, spaces and signs.
  private var names: [String] {
    switch self {
    case .user:
      [
        "userid", "uid", "customerid", "custid", "memberid", "reviewerid", "raterid", "clientid",
        "accountid", "visitorid", "personid", "user", "customer", "member", "reviewer", "rater",
        "client", "account", "visitor", "person", "username",
      ]
    case .item:
      [
        "itemid", "movieid", "filmid", "productid", "bookid", "songid", "trackid", "artistid",
        "gameid", "animeid", "articleid", "recipeid", "businessid", "sku", "isbn", "asin", "ean",
        "item", "movie", "film", "product", "book", "song", "track", "artist", "game", "anime",
        "article", "recipe", "business", "iid",
      ]
    case .rating:
      [
        "rating", "ratings", "stars", "star", "starrating", "score", "overall", "userrating",
        "bookrating", "grade", "points", "vote", "value",
      ]
    case .timestamp:
      [
        "timestamp", "unixreviewtime", "unixtime", "ratedat", "createdat", "datetime", "time",
        "date", "reviewtime", "reviewdate", "created", "tstamp", "ts", "at", "when", "purchased",
      ]
    case .title:
      ["title", "movietitle", "booktitle", "producttitle", "itemname", "productname", "name"]
    case .genres: ["genres", "genre", "categories", "category", "tags"]
    }
  }

  /// Words that hint at it within a longer name.
  private var words: Set<String> {
    switch self {
    case .user:
      ["user", "customer", "member", "reviewer", "rater", "client", "account", "visitor"]
    case .item:
      [
        "item", "movie", "film", "product", "book", "song", "track", "artist", "game", "anime",
        "article", "recipe", "business", "sku", "isbn", "asin",
      ]
    case .rating: ["rating", "stars", "score", "grade", "vote"]
    case .timestamp: ["time", "date", "timestamp"]
    case .title: ["title"]
    case .genres: ["genre", "genres", "category", "categories"]
    }
  }

  /// How well a name fits: 0 is the best, `nil` not at all.
  func rank(of name: String) -> Int? {
    let plain = Self.words(of: name).joined()
    return (names + namesInOtherLanguages).firstIndex(of: plain)
  }

  /// Whether a word within a name hints at it.
  func isHinted(by name: String) -> Bool {
    !words.union(wordsInOtherLanguages).isDisjoint(with: Self.words(of: name))
  }

  /// The words of a name such as `bookRating`, `book_rating` or `Book-Rating`, in small letters.
  private static func words(of name: String) -> [String] {
    var words: [String] = []
    var wasSmall = false
    var isOpen = false
    for character in name {
      guard character.isLetter || character.isNumber else {
        isOpen = false
        wasSmall = false
        continue
      }
      if !isOpen || wasSmall && character.isUppercase { words.append("") }
      for letter in character.lowercased() { words[words.count - 1] += plain(letter) }
      isOpen = true
      wasSmall = character.isLowercase
    }
    return words
  }
}
