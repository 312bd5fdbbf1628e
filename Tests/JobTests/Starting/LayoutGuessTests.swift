import Ratings
import Testing

@testable import Job

@Suite struct LayoutGuessTests {
  private static func guess(_ text: String) throws -> LayoutGuess {
    try LayoutGuess(sample: Array(text.utf8), isWhole: true)
  }

  /// The columns' names or positions by role.
  private static func columns(_ guess: LayoutGuess) -> [String: String] {
    guess.roles.columns.reduce(into: [:]) { found, entry in
      found[entry.key.rawValue] = guess.table.reference(entry.value).text
    }
  }

  @Test(arguments: [
    ("userId,movieId,rating,timestamp\n1,2,4.5,964982703\n2,3,3,964982704\n", ","),
    ("user;item;stars;date\n1;2;4;2024-01-02\n2;3;3;2024-01-03\n", ";"),
    ("customer\tsku\tscore\tat\na\tb\t4\t964982703\nc\td\t5\t964982704\n", "\t"),
    ("member|isbn|rating|time\na|b|4|964982703\nc|d|5|964982704\n", "|"),
    ("reviewer::asin::overall::timestamp\na::b::4::964982703\nc::d::5::964982704\n", "::"),
  ])
  func namesTellTheColumns(text: String, delimiter: String) throws {
    let guess = try Self.guess(text)
    #expect(guess.format == .delimited && guess.rows.delimiter == delimiter && guess.rows.header)
    #expect(guess.hasRatings && guess.roles.guesses.isEmpty)
    let names = text.split(separator: "\n")[0].split(separator: delimiter).map(String.init)
    #expect(
      Self.columns(guess) == [
        "user": names[0], "item": names[1], "rating": names[2], "timestamp": names[3],
      ])
  }

  @Test func theLikelierOfSeveralNamesWins() throws {
    let guess = try Self.guess(
      "user,customer_id,product,productId,Rating\nann,7,shoe,p1,4\nbob,8,hat,p2,5\n")
    #expect(
      Self.columns(guess) == ["user": "customer_id", "item": "productId", "rating": "Rating"])
  }

  @Test func wordsWithinNamesAreGuesses() throws {
    let guess = try Self.guess(
      "CustomerKey,Book-Code,bookRatingValue\n7,p1,4\n8,p2,5\n7,p2,4\n8,p1,5\n")
    #expect(guess.hasRatings)
    #expect(
      Self.columns(guess) == [
        "user": "CustomerKey", "item": "Book-Code", "rating": "bookRatingValue",
      ])
    #expect(guess.roles.guesses.map(\.role) == [.user, .item, .rating])
  }

  @Test func withoutNamesTheCellsTell() throws {
    let rows = (0..<40).map { "u\($0 % 7),i\($0),\($0 % 5 + 1),\(964_982_703 + $0)" }
    let guess = try Self.guess(rows.joined(separator: "\n"))
    #expect(!guess.rows.header && guess.hasRatings)
    #expect(
      Self.columns(guess) == ["user": "0", "item": "1", "rating": "2", "timestamp": "3"])
    #expect(Set(guess.roles.guesses.map(\.role)) == [.user, .item, .rating, .timestamp])
  }

  @Test func whatDoesNotTellIsNamedWithItsKey() throws {
    let guess = try Self.guess("a,b,c,d,e\nx,y,z,1,2\nx,z,y,2,1\nq,y,z,1,2\nq,y,x,2,1\n")
    #expect(!guess.hasRatings)
    let missing = guess.missing.joined(separator: "\n")
    #expect(missing.contains("no column is clearly the rating, perhaps d, e"))
    #expect(missing.contains("dataset.columns.user"))
    #expect(guess.table(indentation: "").count == 7)
  }

  @Test(arguments: [
    ("964982703", TimestampFormat.seconds), ("964982703123", .milliseconds),
    ("2024-05-01", .iso8601), ("2024-05-01T10:20:30Z", .iso8601), ("2024-05-01 10:20", .iso8601),
  ])
  func theFormOfTimesIsFound(time: String, format: TimestampFormat) throws {
    let guess = try Self.guess("user,item,rating,time\n1,2,4,\(time)\n2,3,5,\(time)\n")
    #expect(guess.roles.timestamps == format && guess.roles.columns[.timestamp] == 3)
  }

  @Test func timesThatCannotBeReadAreLeftOut() throws {
    let guess = try Self.guess("user,item,rating,date\n1,2,4,11/26/2026\n2,3,5,11/27/2026\n")
    #expect(guess.hasRatings && guess.roles.columns[.timestamp] == nil)
    #expect(guess.roles.unreadableTimes == 3)
  }

  @Test func decimalCommasAreNoRatings() throws {
    let guess = try Self.guess("user;item;rating\n1;2;4,5\n2;3;3,5\n")
    #expect(!guess.hasRatings)
    #expect(guess.missing.contains { $0.contains("4,5") && $0.contains("point") })
  }

  private static let unknownNames = "kto;co;ile\n"

  @Test(arguments: [(300, "n.a."), (0, "?"), (7, "")])
  func oneBadCellHidesNoHeader(row: Int, cell: String) throws {
    let rows = (0..<600).map { "u\($0 % 7);i\($0 % 50);\($0 == row ? cell : "\($0 % 5 + 1)")\n" }
    let guess = try Self.guess(Self.unknownNames + rows.joined())
    #expect(guess.rows.header && guess.hasRatings)
    #expect(Self.columns(guess) == ["user": "kto", "item": "co", "rating": "ile"])
    #expect(guess.roles.areOrdered)
  }

  @Test func decimalCommasBelowUnknownNamesAreNamed() throws {
    let rows = (0..<60).map { "u\($0 % 7);i\($0);\($0 % 5),5\n" }
    let guess = try Self.guess(Self.unknownNames + rows.joined())
    #expect(guess.rows.header && !guess.hasRatings)
    #expect(guess.missing.contains { $0.contains("\"0,5\"") && $0.contains("write \"0.5\"") })
  }

  @Test func namesThatAreGivenMakeAHeader() throws {
    let text = "kto;co;ile\na;b;x\nc;d;y\n"
    var named = NamedColumns()
    named.user = "co"
    let guess = try LayoutGuess(sample: Array(text.utf8), isWhole: true, named: named)
    #expect(guess.rows.header && guess.roles.columns[.user] == 1)
    #expect(try !Self.guess(text).rows.header)
  }

  @Test(arguments: ["user,item,rating\n", "kto;co;ile", "a\tb\n\n"])
  func aHeaderAloneIsNamed(text: String) throws {
    let error = try #require(throws: LayoutGuess.Unclear.self) { try Self.guess(text) }
    #expect(error.reason == "it has only a header, no rows")
  }

  @Test(arguments: [
    "artikel;kunde;sterne;wann", "Produkt;Käufer;Bewertung;Datum", "livre;utilisateur;note;date",
    "película;usuario;valoración;fecha", "id_producto;id_cliente;puntuación;hora",
  ])
  func namesInOtherLanguagesAreKnown(header: String) throws {
    let guess = try Self.guess("\(header)\np1;7;4;2024-01-02\np2;8;5;2024-01-03\n")
    #expect(
      guess.roles.columns == [.item: 0, .user: 1, .rating: 2, .timestamp: 3],
      "\(guess.roles.columns)")
    #expect(guess.roles.guesses.isEmpty && !guess.roles.areOrdered)
  }

  // MARK: - Lists of items

  private static func items(_ text: String, rated: Set<String>) throws -> LayoutGuess {
    try LayoutGuess(sample: Array(text.utf8), isWhole: true, ratedItems: rated)
  }

  @Test func itemsAreFoundByTheRatedOnes() throws {
    let rows = (0..<20).map { "\($0 % 3);p\($0);Thing \($0);\($0).99\n" }.joined()
    for header in ["grp;code;what;price\n", ""] {
      let guess = try Self.items(header + rows, rated: ["p3", "p4", "1"])
      #expect(guess.rows.header == !header.isEmpty)
      #expect(guess.roles.columns == [.item: 1, .title: 2])
      #expect(guess.roles.guesses.map(\.role) == [.item, .title])
    }
  }

  @Test func itemsAreFoundByName() throws {
    let guess = try Self.items("sku,name,genre\n1,One,\"a,b\"\n2,Two,b\n", rated: ["7"])
    #expect(guess.roles.columns == [.item: 0, .title: 1, .genres: 2])
    #expect(StartingItems.genreSeparator(guess) == ",")
  }

  @Test func objectsHaveTheirKeysForColumns() throws {
    let guess = try Self.guess(
      """
      {"user":{"id":"a"},"asin":"p1","overall":4,"unixReviewTime":1714521600}
      {"user":{"id":"b"},"asin":"p2","overall":5,"unixReviewTime":1714521601}
      """)
    #expect(guess.format == .jsonLines && guess.hasRatings)
    #expect(
      Self.columns(guess) == [
        "user": "user.id", "item": "asin", "rating": "overall", "timestamp": "unixReviewTime",
      ])
  }

  @Test(arguments: ["", "\n\n", "[{\"user\": 1}]", "just one line", "{broken\n"])
  func whatIsNoTableIsUnclear(text: String) {
    #expect(throws: LayoutGuess.Unclear.self) { try Self.guess(text) }
  }

  @Test func latin1IsAGuess() throws {
    let guess = try LayoutGuess(
      sample: Array("user,item,rating\n".utf8) + [0xE9, 0x2C] + Array("2,4\nb,3,5\n".utf8),
      isWhole: true)
    #expect(guess.rows.encoding == .latin1 && guess.remarks.count == 1)
  }
}
