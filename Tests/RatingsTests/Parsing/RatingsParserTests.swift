import Testing

@testable import Ratings

@Suite struct RatingsParserTests {
  static let header = "userId,movieId,rating,timestamp\n"

  /// The ways to write the same two rows that must read the same.
  @Test(
    arguments: [
      "userId,movieId,rating,timestamp\n1,31,2.5,1260759144\n2,1029,3.0,-5\n",
      "userId,movieId,rating,timestamp\r\n1,31,2.5,1260759144\r\n2,1029,3.0,-5\r\n",
      "userId,movieId,rating,timestamp\n1,31,2.5,1260759144\n2,1029,3.0,-5",
      "userId,movieId,rating,timestamp\r\n1,31,2.5,1260759144\r\n2,1029,3.0,-5\r",
      "\u{FEFF}userId,movieId,rating,timestamp\n1,31,2.5,1260759144\n2,1029,3.0,-5\n\n\n",
      "\nuserId,movieId,rating,timestamp\n\r\n1,31,2.5,1260759144\n\n2,1029,3.0,-5\n",
      "timestamp,rating,extra,movieId,userId\n1260759144,2.5,,31,1\n-5,3.0,x,1029,2\n",
      "\"userId\",\"movieId\",rating,timestamp\n\"1\",\"31\",\"2.5\",1260759144\n2,1029,3.0,\"-5\"\r\n",
    ], [1, 2, 3, 5, 1_000])
  func harmlessDifferencesReadTheSame(text: String, chunkSize: Int) throws {
    let raw = try DatasetFixture.ratings(text, chunkSize: chunkSize)
    #expect(raw.userLabels == ["1", "2"])
    #expect(raw.itemLabels == ["31", "1029"])
    #expect(raw.values == [2.5, 3.0])
    #expect(raw.timestamps == [1_260_759_144, -5])
    #expect(raw.skipped.isEmpty)
  }

  @Test(arguments: [1, 3, 1_000])
  func theOlderMovieLensLayoutsAreRead(chunkSize: Int) throws {
    let tabs = try DatasetFixture.ratings(
      "196\t242\t3\t881250949\n186\t302\t3\t891717742\n", format: .movielens100K,
      chunkSize: chunkSize)
    #expect(tabs.userLabels == ["196", "186"])
    #expect(tabs.itemLabels == ["242", "302"])
    #expect(tabs.timestamps == [881_250_949, 891_717_742])
    let colons = try DatasetFixture.ratings(
      "1::1193::5::978300760\r\n1::661::3.5::978302109", format: .movielensDAT,
      chunkSize: chunkSize)
    #expect(colons.userLabels == ["1"])
    #expect(colons.itemLabels == ["1193", "661"])
    #expect(colons.values == [5, 3.5])
  }

  @Test func theTimestampColumnMayBeMissing() throws {
    let raw = try DatasetFixture.ratings("userId,movieId,rating\n1,2,3\n")
    #expect(raw.timestamps.isEmpty)
    #expect(raw.values == [3])
  }

  @Test func idsMayBeAnyText() throws {
    let raw = try DatasetFixture.ratings(
      Self.header + "\"a,\"\"b\"\"\",Ж,1,1\n 1,\"two\nlines\",1,1\n")
    #expect(raw.userLabels == ["a,\"b\"", " 1"])
    #expect(raw.itemLabels == ["Ж", "two\nlines"])
  }

  /// Each row is the third line; the column is where its bad field begins.
  @Test(
    arguments: [
      ("1,2,x,4", 5, "the rating \"x\" is not a finite decimal number"),
      ("11,2,nan,4", 6, "the rating \"nan\" is not a finite decimal number"),
      ("1,2,inf,4", 5, "the rating \"inf\" is not a finite decimal number"),
      ("1,2,0x1p2,4", 5, "the rating \"0x1p2\" is not a finite decimal number"),
      ("1,2,,4", 5, "the rating \"\" is not a finite decimal number"),
      ("1,2,1e40,4", 5, "the rating \"1e40\" is too large"),
      ("1,2,\u{202E},4", 5, "the rating \"\\u{202E}\" is not a finite decimal number"),
      ("1,2,\u{7},4", 5, "the rating \"\\u{07}\" is not a finite decimal number"),
      ("1,2,3,4.5", 7, "the timestamp \"4.5\" is not a whole number of seconds"),
      ("1,2,3,", 7, "the timestamp \"\" is not a whole number of seconds"),
      (
        "1,2,3,9223372036854775808", 7,
        "the timestamp \"9223372036854775808\" is not a whole number of seconds"
      ),
      (",2,3,4", 1, "the user has no id"),
      ("1,,3,4", 3, "the item has no id"),
      ("1,\"\",3,4", 3, "the item has no id"),
      ("1,2,3", 1, "the row has 3 fields instead of 4"),
      ("1,2,3,4,5", 1, "the row has 5 fields instead of 4"),
      (" ", 1, "the row has 1 fields instead of 4"),
      ("1,\"2\"x,3,4", 6, "there is text after the closing quote of a field"),
    ] as [(String, Int, String)])
  func aBadRowIsNamedByItsPlace(row: String, column: Int, reason: String) {
    #expect(
      throws: RatingsError.malformedRow(
        file: "ratings.csv", line: 3, column: column, reason: reason)
    ) {
      try DatasetFixture.ratings(Self.header + "1,1,1,1\n\(row)\n1,3,1,1\n", chunkSize: 7)
    }
  }

  @Test func bytesThatAreNotUTF8AreABadRow() {
    let bytes = Array(Self.header.utf8) + [0x31, 0x2C, 0xE9, 0x2C, 0x33, 0x2C, 0x34, 0x0A]
    #expect(
      throws: RatingsError.malformedRow(
        file: "ratings.csv", line: 2, column: 3, reason: "the id of the item is not UTF-8 text")
    ) {
      try DatasetFixture.ratings(bytes)
    }
  }

  @Test func placesAfterAFieldOfSeveralLinesAreCountedOn() {
    #expect(
      throws: RatingsError.malformedRow(
        file: "ratings.csv", line: 5, column: 4,
        reason: "the rating \"x\" is not a finite decimal number")
    ) {
      try DatasetFixture.ratings(Self.header + "\"a\nb\",1,1,1\n1,\"\n2\",x,4\n")
    }
  }

  @Test func ratingsBeyondTheScaleAreNamedByTheirPlace() {
    var options = ParsingOptions()
    options.ratingScale = RatingScale(minimum: 0.5, maximum: 5)
    #expect(
      throws: RatingsError.ratingOutOfScale(
        file: "ratings.csv", line: 3, column: 5, rating: 5.5,
        scale: RatingScale(minimum: 0.5, maximum: 5))
    ) {
      try DatasetFixture.ratings(Self.header + "1,1,5,1\n1,2,5.5,1\n", options: options)
    }
  }

  @Test func badRowsAreSkippedAndCountedUpToTheLimit() throws {
    var options = ParsingOptions()
    options.maxBadRows = 4
    options.ratingScale = RatingScale(minimum: 1, maximum: 5)
    let text = Self.header + "1,2,x,4\n1,2\n1,2,3,4\n1,3,y,4\n1,3,9,4\n1,4,5,4\n"
    let raw = try DatasetFixture.ratings(text, options: options)
    #expect(raw.values == [3, 5])
    #expect((0..<2).map { raw.lines.line(ofRow: $0) } == [4, 7])
    #expect(
      raw.skipped == [
        SkippedRows(reason: .invalidRating, count: 2),
        SkippedRows(reason: .ratingOutOfScale, count: 1),
        SkippedRows(reason: .wrongFieldCount, count: 1),
      ])
  }

  @Test func oneBadRowTooManyNamesTheFirst() {
    var options = ParsingOptions()
    options.maxBadRows = 1
    #expect(
      throws: RatingsError.tooManyBadRows(
        file: "ratings.csv", limit: 1, line: 3, column: 5,
        reason: "the rating \"x\" is not a finite decimal number")
    ) {
      try DatasetFixture.ratings(
        Self.header + "1,1,1,1\n1,2,x,4\n1,2,3,4\n1,2\n1,3,4,4\n", options: options)
    }
  }

  @Test func aQuoteThatIsNeverClosedIsNotSkipped() {
    var options = ParsingOptions()
    options.maxBadRows = 100
    #expect(
      throws: RatingsError.malformedRow(
        file: "ratings.csv", line: 3, column: 3, reason: "a quote is opened and never closed")
    ) {
      try DatasetFixture.ratings(
        Self.header + "1,1,1,1\n1,\"2,3,4\n1,2,3,4\n", options: options, chunkSize: 10)
    }
  }

  @Test func anEndlessRowIsRefusedInBoundedMemory() throws {
    var parser = RatingsParser(
      file: "ratings.csv", format: .movielensCSV, options: ParsingOptions())
    try parser.parse(Array((Self.header + "1,\"").utf8))
    let chunk = [UInt8](repeating: UInt8(ascii: "x"), count: 1 << 18)
    #expect(
      throws: RatingsError.malformedRow(
        file: "ratings.csv", line: 2, column: 1,
        reason: "the row is longer than 1048576 bytes; a quote may have been left open")
    ) {
      for _ in 0..<6 { try parser.parse(chunk) }
    }
  }

  @Test(arguments: ["", "\n\n", "\u{FEFF}", "userId,movieId,rating\n", "a"])
  func aFileWithoutRatingsIsRefused(text: String) {
    let error = #expect(throws: RatingsError.self) { try DatasetFixture.ratings(text) }
    if text == "a" {
      #expect(error == .missingColumn(file: "ratings.csv", line: 1, name: "userId", found: ["a"]))
    } else {
      #expect(error == .emptyDataset(file: "ratings.csv"))
    }
    #expect(throws: RatingsError.emptyDataset(file: "ratings.csv")) {
      try DatasetFixture.ratings("", format: .movielensDAT)
    }
  }

  @Test func aHeaderMustNameEveryColumn() {
    #expect(
      throws: RatingsError.missingColumn(
        file: "ratings.csv", line: 1, name: "rating", found: ["userId", "movieId", "stars"])
    ) {
      try DatasetFixture.ratings("userId,movieId,stars\n1,2,3\n")
    }
  }

  /// A cut-off copy must never read as a whole file of other ratings without an error, unless it
  /// was cut between two rows or within the last number, which only the archive can tell.
  @Test func everyPrefixIsRefusedOrReadsItsWholeRows() throws {
    let text = Array((Self.header + "1,2,3.5,400\n12,\"34\",4,500\n").utf8)
    for end in 0...text.count {
      guard let raw = try? DatasetFixture.ratings(Array(text[..<end]), chunkSize: 3) else {
        continue
      }
      #expect(raw.values == [3.5] || raw.values == [3.5, 4])
    }
  }
}
