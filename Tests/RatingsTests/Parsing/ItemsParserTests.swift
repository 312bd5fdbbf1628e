import Testing

@testable import Ratings

@Suite struct ItemsParserTests {
  @Test(arguments: [1, 4, 1_000])
  func titlesWithCommasQuotesAndLinesAreRead(chunkSize: Int) throws {
    let items = try DatasetFixture.items(
      #"""
      movieId,title,genres
      1,Toy Story (1995),Adventure|Animation|Children
      11,"American President, The (1995)",Comedy
      77,"""Great Performances"" Cats (1998)",(no genres listed)
      78,"Two
      lines",
      79,5" Disk,Sci-Fi
      80,Amélie,Romance

      """#, chunkSize: chunkSize)
    #expect(items.labels == ["1", "11", "77", "78", "79", "80"])
    #expect(
      items.details.map(\.title) == [
        "Toy Story (1995)", "American President, The (1995)", "\"Great Performances\" Cats (1998)",
        "Two\nlines", "5\" Disk", "Amélie",
      ])
    #expect(
      items.details.map(\.genres) == [
        ["Adventure", "Animation", "Children"], ["Comedy"], [], [], ["Sci-Fi"], ["Romance"],
      ])
  }

  @Test func flagsOfTheOldestLayoutBecomeGenres() throws {
    let line = { (id: Int, title: String, flags: String) in
      "\(id)|\(title)|01-Jan-1995||http://x|"
        + flags.map { String($0) }.joined(separator: "|") + "\n"
    }
    let text =
      line(1, "Toy Story (1995)", "0001110000000000000")
      + line(2, "unknown", "1000000000000000000") + line(3, "L_on", "0000000000000000001")
    let bytes = Array(text.utf8).map { $0 == UInt8(ascii: "_") ? 0xE9 : $0 }
    let items = try DatasetFixture.items(bytes, format: .movielens100K)
    #expect(items.details.map(\.title) == ["Toy Story (1995)", "unknown", "L\u{E9}on"])
    #expect(
      items.details.map(\.genres) == [["Animation", "Children's", "Comedy"], [], ["Western"]])
  }

  @Test func aFlagThatIsNoneIsNamedByItsPlace() {
    let flags = Array(repeating: "0", count: 18).joined(separator: "|")
    #expect(
      throws: RatingsError.malformedRow(
        file: "movies.csv", line: 1, column: 10, reason: "the genre flag \"2\" is neither 0 nor 1")
    ) {
      try DatasetFixture.items("1|T|x||u|2|\(flags)\n", format: .movielens100K)
    }
  }

  @Test func bothEncodingsOfTheColonLayoutAreRead() throws {
    let utf8 = Array("1::Am\u{E9}lie::Comedy|Romance\n".utf8)
    let latin1: [UInt8] = [0x32, 0x3A, 0x3A, 0xC9, 0x74, 0xE9, 0x3A, 0x3A, 0x44, 0x0A]
    let items = try DatasetFixture.items(utf8 + latin1, format: .movielensDAT)
    #expect(items.details.map(\.title) == ["Am\u{E9}lie", "\u{C9}t\u{E9}"])
    #expect(items.details.map(\.genres) == [["Comedy", "Romance"], ["D"]])
  }

  @Test func theLastRowOfAnItemCounts() throws {
    let dataset = try DatasetFixture.csv(
      "userId,movieId,rating\n1,5,3\n",
      items: "movieId,title,genres\n5,Old,\n5,New,Drama\n9,A,\n9,B,\n")
    #expect(dataset.itemDetails == [ItemDetails(title: "New", genres: ["Drama"])])
    #expect(dataset.report.unratedItems == 1)
  }

  @Test func badRowsAreSkippedAndReported() throws {
    var options = ParsingOptions()
    options.maxBadRows = 2
    let dataset = try DatasetFixture.csv(
      "userId,movieId,rating\n1,5,3\n",
      items: "movieId,title,genres\n5,Five,Drama\n6,Six, The,Drama\n,None,Drama\n",
      options: options)
    #expect(
      dataset.report.skippedItems == [
        SkippedRows(reason: .emptyID, count: 1), SkippedRows(reason: .wrongFieldCount, count: 1),
      ])
    #expect(dataset.report.skipped.isEmpty)
  }

  @Test func aFileWithoutAHeaderIsRefused() {
    #expect(
      throws: RatingsError.missingColumn(file: "movies.csv", line: 1, name: "movieId", found: [])
    ) {
      try DatasetFixture.items("")
    }
  }

  @Test func invalidTextInATitleIsNamedByItsPlace() {
    let bytes = Array("movieId,title,genres\n1,L".utf8) + [0xE9] + Array("on,Drama\n".utf8)
    #expect(
      throws: RatingsError.malformedRow(
        file: "movies.csv", line: 2, column: 3, reason: "the title is not UTF-8 text")
    ) {
      try DatasetFixture.items(bytes)
    }
  }
}
