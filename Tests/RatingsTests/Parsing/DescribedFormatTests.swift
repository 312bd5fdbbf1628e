import Testing

@testable import Ratings

@Suite struct DescribedFormatTests {
  /// Reads ratings in pieces of every size from one byte on, which must not matter.
  static func read(
    _ bytes: [UInt8], _ format: RatingsFormat = .delimited,
    _ change: (inout ParsingOptions) -> Void = { _ in }
  ) throws(RatingsError) -> [String] {
    var options = ParsingOptions()
    change(&options)
    var results: [[String]] = []
    for size in [1, 2, 3, 7, 1 << 20] {
      let raw = try DatasetFixture.ratings(
        bytes, format: format, options: options, chunkSize: size)
      let dataset = try RatingsDataset(raw: raw, items: nil, options: options)
      results.append(
        (0..<dataset.ratings.count).map { row in
          let rating = dataset.ratings[row]
          return [
            dataset.users.label(of: rating.user), dataset.items.label(of: rating.item),
            "\(rating.value)", rating.timestamp.map { "\($0)" } ?? "-",
          ].joined(separator: "|")
        })
    }
    #expect(results.allSatisfy { $0 == results[0] })
    return results[0]
  }

  static func read(
    _ text: String, _ format: RatingsFormat = .delimited,
    _ change: (inout ParsingOptions) -> Void = { _ in }
  ) throws(RatingsError) -> [String] {
    try read(Array(text.utf8), format, change)
  }

  static let expected = ["a b|007|4.5|-", "ä\"🎬|007|1.0|-"]

  @Test func columnsAreFoundByName() throws {
    let text = "x,rating,item,user\r\n9,4.5,007,a b\r\n\r\n9,1,007,\"ä\"\"🎬\""
    #expect(try Self.read(text) == Self.expected)
  }

  @Test func columnsAreFoundByPosition() throws {
    let text = "4.5||>>007||>>a b\n1||>>007||>>ä\"🎬\n"
    let rows = try Self.read(text) {
      $0.rows.delimiter = "||>>"
      $0.rows.header = false
      $0.rows.quotes = false
      $0.columns.user = .position(2)
      $0.columns.item = .position(1)
      $0.columns.rating = .position(0)
    }
    #expect(rows == Self.expected)
  }

  @Test func commentsArePassedOver() throws {
    let text = "## made by hand\nuser;item;rating\n#!\n##\na b;007;4.5\n##end"
    let rows = try Self.read(text) {
      $0.rows.delimiter = ";"
      $0.rows.comment = "##"
      $0.maxBadRows = 1
    }
    #expect(rows == Array(Self.expected.prefix(1)))
  }

  @Test(arguments: [
    (FileEncoding.utf16, [0xFF, 0xFE] as [UInt8], false), (.utf16, [0xFE, 0xFF], true),
    (.utf16LittleEndian, [], false), (.utf16BigEndian, [], true),
    (.utf16LittleEndian, [0xFF, 0xFE], false),
  ])
  func utf16IsRead(encoding: FileEncoding, mark: [UInt8], isBigEndian: Bool) throws {
    let text = "user,item,rating\na b,007,4.5\nä\"🎬,007,1\n"
    let bytes = text.utf16.flatMap { unit -> [UInt8] in
      let pair = [UInt8(unit >> 8), UInt8(truncatingIfNeeded: unit)]
      return isBigEndian ? pair : pair.reversed()
    }
    #expect(try Self.read(mark + bytes) { $0.rows.encoding = encoding } == Self.expected)
  }

  /// The first fault of the file is told, also where a whole chunk is decoded before its rows are read.
  @Test(arguments: [1, 2, 5, 1 << 20])
  func aRowBeforeAFaultOfTheEncodingIsToldFirst(chunkSize: Int) {
    let text = "user,item,rating\n1,,3\n1,2,3\n"
    let bytes = text.utf16.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8($0 >> 8)] }
    var options = ParsingOptions()
    options.rows.encoding = .utf16LittleEndian
    #expect(
      throws: RatingsError.malformedRow(
        file: "ratings.csv", line: 2, column: 3, reason: "the item has no id")
    ) {
      try DatasetFixture.ratings(
        bytes + [0x00, 0xDC], format: .delimited, options: options, chunkSize: chunkSize)
    }
    options.maxBadRows = 1
    #expect(
      throws: RatingsError.unreadableText(
        file: "ratings.csv", line: 4, reason: "a surrogate stands alone")
    ) {
      try DatasetFixture.ratings(
        bytes + [0x00, 0xDC], format: .delimited, options: options, chunkSize: chunkSize)
    }
  }

  @Test func latin1IsRead() throws {
    let bytes = Array("user,item,rating\nL".utf8) + [0xE9] + Array("on,1,2\n".utf8)
    #expect(try Self.read(bytes) { $0.rows.encoding = .latin1 } == ["Léon|1|2.0|-"])
  }

  @Test(arguments: [
    (TimestampFormat.seconds, "1795620399"), (.milliseconds, "1795620399999"),
    (.iso8601, "2026-11-25T15:26:39Z"),
  ])
  func timestampsAreRead(format: TimestampFormat, text: String) throws {
    let rows = try Self.read("user,item,rating,when\n1,2,3,\(text)\n") {
      $0.columns.timestamp = .named("when")
      $0.timestamps = format
    }
    #expect(rows == ["1|2|3.0|1795620399"])
  }

  @Test func millisecondsBefore1970AreRoundedDown() throws {
    let rows = try Self.read("user,item,rating,when\n1,2,3,-1\n1,3,3,-1000\n1,4,3,999\n") {
      $0.columns.timestamp = .named("when")
      $0.timestamps = .milliseconds
    }
    #expect(rows == ["1|2|3.0|-1", "1|3|3.0|-1", "1|4|3.0|0"])
  }

  @Test func objectsAreRead() throws {
    let text = """
      {"user": "a b", "item": "007", "rating": 4.5, "more": {"user": 3, "list": [1, {"a": []}]}}

      \t{"rating":"1","item":"\\u0030\\u00307","user":"\\u00e4\\"\\ud83c\\udfac","ok":true}
      """
    #expect(try Self.read(text, .jsonLines) == Self.expected)
  }

  @Test func pathsLeadIntoObjects() throws {
    let text = """
      {"event":{"by":{"id":12345678901234567890123},"at":"2026-11-25"},"film":7,"stars":3e0}
      """
    let rows = try Self.read(text, .jsonLines) {
      $0.columns.user = .named("event.by.id")
      $0.columns.item = .named("film")
      $0.columns.rating = .named("stars")
      $0.columns.timestamp = .named("event.at")
      $0.timestamps = .iso8601
    }
    #expect(rows == ["12345678901234567890123|7|3.0|1795564800"])
  }

  @Test func itemsAreReadFromBothFormats() throws {
    var options = ItemsParsingOptions()
    options.columns.genres = .named("kinds")
    options.separator = "/"
    let lines = try DatasetFixture.items(
      """
      {"item":1,"title":"One","kinds":["A","B \\"C\\""]}
      {"item":2,"title":null,"kinds":"A/B"}
      {"item":3}
      """, format: .jsonLines, options: options, chunkSize: 5)
    #expect(lines.labels == ["1", "2", "3"])
    #expect(
      lines.details == [
        ItemDetails(title: "One", genres: ["A", "B \"C\""]),
        ItemDetails(title: "", genres: ["A", "B"]), ItemDetails(title: "", genres: []),
      ])
    options.columns.title = .position(2)
    let rows = try DatasetFixture.items(
      "item,kinds,name\n1,A/B,One\n", format: .delimited, options: options)
    #expect(rows.details == [ItemDetails(title: "One", genres: ["A", "B"])])
  }

  @Test func anItemWithoutAnIDIsNoBlankLine() {
    var options = ItemsParsingOptions()
    options.columns.title = nil
    #expect(
      throws: RatingsError.malformedRow(
        file: "movies.csv", line: 2, column: 9, reason: "the item has no id")
    ) {
      try DatasetFixture.items("\n{\"item\":null}\n", format: .jsonLines, options: options)
    }
    #expect(
      throws: RatingsError.malformedRow(
        file: "movies.csv", line: 3, column: 1, reason: "the item has no id")
    ) {
      try DatasetFixture.items("item\n\n\"\"\n", format: .delimited, options: options)
    }
  }

  @Test func filtersCutDownToAFixedPoint() throws {
    // u3 has one rating; without it i3 has one, and without that u2 has one.
    let text = """
      user,item,rating
      u1,i1,1
      u1,i2,2
      u4,i1,3
      u4,i2,4
      u2,i2,5
      u2,i3,1
      u3,i3,2

      """
    var options = ParsingOptions()
    options.filters.minUserRatings = 2
    options.filters.minItemRatings = 2
    let raw = try DatasetFixture.ratings(text, format: .delimited, options: options)
    let dataset = try RatingsDataset(raw: raw, items: nil, options: options)
    #expect(dataset.users.labels == ["u1", "u4"])
    #expect(dataset.items.labels == ["i1", "i2"])
    #expect(dataset.ratings.values == [1, 2, 3, 4])
    #expect(
      dataset.report.filtered
        == FilterReport(outsideTimeSpan: 0, belowMinimum: 3, usersDropped: 2, itemsDropped: 1))
    options.filters.minUserRatings = 3
    #expect(throws: RatingsError.nothingPassesFilters(file: "ratings.csv", rows: 7)) {
      try RatingsDataset(
        raw: DatasetFixture.ratings(text, format: .delimited, options: options), items: nil,
        options: options)
    }
  }

  @Test func filtersCutTheTimeSpanAndRenumberAsNumbers() throws {
    let text = "user,item,rating,at\nx,1,1,10\n10,2,2,20\n9,3,3,30\n9,2,4,40\n"
    func rows(_ since: Int64?, _ until: Int64?) throws(RatingsError) -> [String] {
      try Self.read(text) {
        $0.columns.timestamp = .named("at")
        $0.filters.since = since
        $0.filters.until = until
      }
    }
    #expect(try rows(20, 40) == ["10|2|2.0|20", "9|3|3.0|30"])
    #expect(try rows(nil, 11) == ["x|1|1.0|10"])
    #expect(throws: RatingsError.nothingPassesFilters(file: "ratings.csv", rows: 4)) {
      try rows(41, nil)
    }
    #expect(throws: RatingsError.filterNeedsTimestamps(file: "ratings.csv")) {
      try Self.read("user,item,rating\n1,2,3\n") { $0.filters.since = 0 }
    }
    // What is left are numbers only, which are then in the order of numbers.
    var options = ParsingOptions()
    options.columns.timestamp = .named("at")
    options.filters.since = 20
    let raw = try DatasetFixture.ratings(text, format: .delimited, options: options)
    #expect(
      try RatingsDataset(raw: raw, items: nil, options: options).users.labels == ["9", "10"])
  }
}
