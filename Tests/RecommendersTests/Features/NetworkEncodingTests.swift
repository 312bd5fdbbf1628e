import Ratings
import Testing

@testable import Recommenders

/// How genres and times become rows of embeddings.
struct NetworkEncodingTests {
  private static func ratings(_ timestamps: [Int64]) -> RatingSubset {
    let count = timestamps.count
    return RatingSubset(
      RatingColumns(
        users: (0..<count).map { UserIndex($0 % 2) },
        items: Array(repeating: ItemIndex(0), count: count),
        values: Array(repeating: 3, count: count), timestamps: Timestamps(timestamps)))
  }

  @Test func theYearsAreThoseOfTraining() {
    let date = DateEncoding(Self.ratings([1_234_567_890, 951_782_400, 1_109_548_800]))
    #expect(date == DateEncoding(firstYear: 2000, years: 10, asOf: 1_234_567_890))
    #expect(DatePart.allCases.map { date.rows(of: $0) } == [11, 13, 8, 25, 17])
  }

  @Test func eachPartHasItsRow() {
    let date = DateEncoding(firstYear: 2000, years: 10, asOf: 1_234_567_890)
    // Tuesday, 29 February 2000, and Friday, 13 February 2009, 23 hours.
    #expect(date.rows(of: 951_782_400, firstDay: 11_016) == [1, 2, 2, 1, 1])
    #expect(date.rows(of: 1_234_567_890, firstDay: 14_288) == [10, 2, 5, 24, 1])
  }

  @Test func yearsOutsideTakeTheNearest() {
    let date = DateEncoding(firstYear: 2000, years: 10, asOf: 1_234_567_890)
    #expect(date.rows(of: -1, firstDay: nil)[0] == 1)
    #expect(date.rows(of: 4_107_542_400, firstDay: nil)[0] == 10)
    #expect(DateEncoding(Self.ratings([.min, .max])).years == DateEncoding.maximumYears)
    #expect(date.rows(of: .min, firstDay: DateEncoding.farthestDay)[0] == 1)
    #expect(date.rows(of: .max, firstDay: -DateEncoding.farthestDay)[0] == 10)
  }

  @Test(
    arguments: [
      (-5, 1), (0, 1), (1, 2), (2, 3), (3, 3), (4, 4), (7, 4), (8, 5), (16_383, 15), (16_384, 16),
      (99_999, 16),
    ])
  func daysAreCountedByTheirBinaryDigits(passed: Int64, row: UInt32) {
    let date = DateEncoding(firstYear: 2000, years: 10, asOf: 0)
    #expect(date.rows(of: (11_016 + passed) * 86_400 + 7, firstDay: 11_016)[4] == row)
  }

  @Test func whatIsNotKnownIsRowZero() {
    let date = DateEncoding(firstYear: 2000, years: 10, asOf: 0)
    #expect(date.rows(of: nil, firstDay: 3) == [0, 0, 0, 0, 0])
    #expect(date.rows(of: 951_782_400, firstDay: nil)[4] == 0)
    let none = DateEncoding(
      RatingSubset(RatingColumns(users: [UserIndex(0)], items: [ItemIndex(0)], values: [1])))
    #expect(none == DateEncoding(firstYear: 0, years: 0, asOf: nil))
    #expect(none.rows(of: 951_782_400, firstDay: 3) == [0, 0, 0, 0, 0])
    #expect(none.rows(of: .year) == 1)
  }

  @Test func theFirstDayIsThatOfTheOldestTrainingRow() {
    let ratings = Self.ratings([900_000, 86_400, 200_000, -1])
    #expect(DateEncoding.firstDays(ratings, users: 3) == [2, -1, 0])
    let some = RatingSubset(ratings.columns, rows: [0, 1])
    #expect(DateEncoding.firstDays(some, users: 3) == [10, 1, 0])
    let far = Float(DateEncoding.farthestDay)
    #expect(DateEncoding.firstDays(Self.ratings([.min, .max]), users: 2) == [-far, far])
  }

  @Test func genresAreSortedAndUnknownComesFirst() {
    let encoding = GenreEncoding(
      [
        ItemDetails(genres: ["War", "Comedy", "War"]), ItemDetails(),
        ItemDetails(genres: ["Äther"]),
      ], items: 4)
    #expect(encoding.names == ["Comedy", "War", "Äther"])
    #expect((0..<4).map { Array(encoding.rows(of: $0)) } == [[1, 2], [0], [3], [0]])
    #expect(GenreEncoding([], items: 1).names == [])
  }
}
