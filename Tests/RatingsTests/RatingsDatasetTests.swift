import TestSupport
import Testing

@testable import Ratings

@Suite struct RatingsDatasetTests {
  static let header = "userId,movieId,rating,timestamp\n"

  @Test func encodesRowsInFileOrder() throws {
    let dataset = try DatasetFixture.csv(
      Self.header + "10,7,4.5,100\n9,30,0.5,50\n10,30,3.0,75\n")
    #expect(dataset.users.labels == ["9", "10"])
    #expect(dataset.items.labels == ["7", "30"])
    #expect(dataset.ratings.users.map(\.position) == [1, 0, 1])
    #expect(dataset.ratings.items.map(\.position) == [0, 1, 1])
    #expect(dataset.ratings.values == [4.5, 0.5, 3.0])
    #expect(dataset.ratings.timestamps == [100, 50, 75])
    #expect(dataset.scale == RatingScale(minimum: 0.5, maximum: 4.5))
    #expect(dataset.itemDetails.isEmpty)
    #expect(dataset.report.rowsRead == 3)
    #expect(dataset.report.oldestTimestamp == 50)
    #expect(dataset.report.newestTimestamp == 100)
  }

  @Test func unratedItemsAreCountedAndLeftOut() throws {
    let dataset = try DatasetFixture.csv(
      Self.header + "1,7,4,1\n1,8,3,2\n",
      items: "movieId,title,genres\n9,Nobody's,Drama\n7,Seven,Crime|Drama\n")
    #expect(dataset.items.labels == ["7", "8"])
    #expect(
      dataset.itemDetails == [
        ItemDetails(title: "Seven", genres: ["Crime", "Drama"]), ItemDetails(),
      ])
    #expect(dataset.report.unratedItems == 1)
  }

  @Test func theLastOfRepeatedRatingsByTimeThenRowStandsInItsRow() throws {
    let dataset = try DatasetFixture.csv(
      Self.header + "1,1,1,100\n2,1,5,1\n1,1,2,300\n1,2,4,1\n1,1,3,200\n2,1,4,1\n")
    #expect(dataset.ratings.values == [2, 4, 4])
    #expect(dataset.ratings.timestamps == [300, 1, 1])
    #expect(dataset.ratings.users.map(\.position) == [0, 0, 1])
    #expect(dataset.ratings.items.map(\.position) == [0, 1, 0])
    #expect(dataset.report.duplicatesMerged == 3)
    #expect(dataset.report.rowsRead == 6)
    #expect(dataset.scale == RatingScale(minimum: 2, maximum: 4))
  }

  @Test func withoutTimestampsTheLastRowStands() throws {
    let dataset = try DatasetFixture.csv("userId,movieId,rating\n1,1,5\n1,2,1\n1,1,2\n")
    #expect(dataset.ratings.values == [1, 2])
    #expect(dataset.ratings.timestamps.isEmpty)
    #expect(dataset.report.oldestTimestamp == nil)
  }

  @Test func theMeanStandsInTheRowOfTheNewest() throws {
    var options = ParsingOptions()
    options.duplicates = .mean
    let dataset = try DatasetFixture.csv(
      Self.header + "1,1,1,100\n1,1,2,300\n1,2,4,1\n1,1,4.5,200\n", options: options)
    #expect(dataset.ratings.values == [2.5, 4])
    #expect(dataset.ratings.timestamps == [300, 1])
  }

  @Test func repeatedRatingsAreAnErrorWhereTheJobSaysSo() {
    var options = ParsingOptions()
    options.duplicates = .error
    options.maxBadRows = 1
    #expect(
      throws: RatingsError.duplicateRating(
        file: "ratings.csv", line: 6, earlierLine: 3, user: "2", item: "x")
    ) {
      try DatasetFixture.csv(
        Self.header + "1,x,1,1\n2,x,1,1\nbad\n2,y,1,1\n2,x,1,1\n1,x,1,1\n", options: options)
    }
  }

  @Test func ratingsBeyondTheScaleAreRefusedHoweverTheyCame() {
    var options = ParsingOptions()
    options.ratingScale = RatingScale(minimum: 1, maximum: 5)
    var raw = RawRatings(file: "planted")
    raw.append(user: "a", item: "b", value: 5)
    raw.append(user: "a", item: "c", value: 5.5)
    #expect(
      throws: RatingsError.ratingOutOfScale(
        file: "planted", line: 3, column: nil, rating: 5.5,
        scale: RatingScale(minimum: 1, maximum: 5))
    ) {
      try RatingsDataset(raw: raw, items: nil, options: options)
    }
  }

  @Test func aDatasetWithoutRatingsIsRefused() {
    #expect(throws: RatingsError.emptyDataset(file: "none")) {
      try RatingsDataset(raw: RawRatings(file: "none"), items: nil, options: ParsingOptions())
    }
  }

  @Test func skippedRowsLeaveNoUserAndNoItem() throws {
    var options = ParsingOptions()
    options.maxBadRows = 9
    let dataset = try DatasetFixture.csv(
      Self.header + "1,1,4,1\n2,2,oops,1\n3,3,4,oops\n4,,4,1\n", options: options)
    #expect(dataset.users.labels == ["1"])
    #expect(dataset.items.labels == ["1"])
    #expect(
      dataset.report.skipped == [
        SkippedRows(reason: .emptyID, count: 1),
        SkippedRows(reason: .invalidRating, count: 1),
        SkippedRows(reason: .invalidTimestamp, count: 1),
      ])
    #expect(dataset.report.rowsRead == 4)
  }

  @Test(arguments: [1, 7, 4_096])
  func aPlantedDatasetSurvivesItsFilesInChunksOfAnySize(chunkSize: Int) throws {
    let planted = PlantedDataset(users: 23, items: 17, seed: 5)
    let expected = try planted.dataset()
    let raw = try DatasetFixture.ratings(planted.ratingsCSV(), chunkSize: chunkSize)
    let items = try DatasetFixture.items(planted.moviesCSV(), chunkSize: chunkSize)
    let parsed = try RatingsDataset(raw: raw, items: items, options: ParsingOptions())
    #expect(parsed.ratings == expected.ratings)
    #expect(parsed.users.labels == expected.users.labels)
    #expect(parsed.items.labels == expected.items.labels)
    #expect(parsed.itemDetails == expected.itemDetails)
    #expect(parsed.scale == expected.scale)
    #expect(parsed.ratings.values.allSatisfy { ($0 * 2).rounded() == $0 * 2 && 0.5...5 ~= $0 })
  }
}
