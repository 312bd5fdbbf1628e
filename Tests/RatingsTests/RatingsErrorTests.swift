import Testing

@testable import Ratings

@Suite struct RatingsErrorTests {
  @Test(
    arguments: [
      (
        .malformedRow(file: "ratings.csv", line: 3, column: 5, reason: "the user has no id"),
        "ratings.csv:3:5: the user has no id; correct the row or raise max_bad_rows"
      ),
      (
        .ratingOutOfScale(
          file: "r", line: 3, column: nil, rating: 7,
          scale: RatingScale(minimum: 0.5, maximum: 5)),
        "r:3: the rating 7.0 lies outside the rating_scale of 0.5 to 5.0; "
          + "correct the row or the scale"
      ),
      (
        .duplicateRating(file: "r", line: 9, earlierLine: 4, user: "u", item: "i"),
        "r:9: user \"u\" rated item \"i\" already in line 4; "
          + "remove one of the rows or set duplicates to \"last\" or \"mean\""
      ),
      (
        .emptySplit(part: .heldOut, strategy: .perUserTemporal, rows: 12),
        "the per-user-temporal split of 12 rows leaves no held-out rows; "
          + "change the fractions or the strategy"
      ),
      (
        .missingMember(name: "x", members: []),
        "the dataset has no member \"x\"; it has nothing"
      ),
    ] as [(RatingsError, String)])
  func descriptionsSayWhatWhereAndWhatToDo(error: RatingsError, expected: String) {
    #expect(error.description == expected)
  }

  @Test func longListsAreCut() {
    let error = RatingsError.unrecognizedLayout(members: (0..<5_000).map { "m\($0)" })
    #expect(error.description.hasSuffix("\"m9\" and 4990 more"))
  }
}
