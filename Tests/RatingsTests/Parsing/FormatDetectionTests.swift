import Testing

@testable import Ratings

@Suite struct FormatDetectionTests {
  @Test(
    arguments: [
      (
        [
          "ml-latest-small/", "ml-latest-small/links.csv", "ml-latest-small/movies.csv",
          "ml-latest-small/ratings.csv", "__MACOSX/ml-latest-small/._ratings.csv",
        ],
        DetectedLayout(
          format: .movielensCSV, ratingsMember: "ml-latest-small/ratings.csv",
          itemsMember: "ml-latest-small/movies.csv")
      ),
      (
        ["ml-100k/u.item", "ml-100k/u1.base", "ml-100k/u.data"],
        DetectedLayout(
          format: .movielens100K, ratingsMember: "ml-100k/u.data",
          itemsMember: "ml-100k/u.item")
      ),
      (
        ["ratings.dat", "movies.dat", "users.dat"],
        DetectedLayout(
          format: .movielensDAT, ratingsMember: "ratings.dat", itemsMember: "movies.dat")
      ),
      (
        ["ratings.csv"],
        DetectedLayout(format: .movielensCSV, ratingsMember: "ratings.csv", itemsMember: nil)
      ),
      (
        ["a/ratings.csv", "b/movies.csv"],
        DetectedLayout(format: .movielensCSV, ratingsMember: "a/ratings.csv", itemsMember: nil)
      ),
    ])
  func knownLayoutsAreFoundByTheirNames(members: [String], expected: DetectedLayout) throws {
    #expect(try FormatDetection.detect(memberNames: members) == expected)
  }

  @Test func nothingKnownListsWhatThereIs() {
    #expect(throws: RatingsError.unrecognizedLayout(members: ["a.csv", "Ratings.csv"])) {
      try FormatDetection.detect(memberNames: ["a.csv", "Ratings.csv"])
    }
  }

  @Test func severalRatingsFilesAreNotGuessedAmong() throws {
    let members = ["old/ratings.csv", "new/ratings.csv", "new/u.data", "new/movies.csv"]
    #expect(
      throws: RatingsError.ambiguousLayout(
        candidates: ["old/ratings.csv", "new/ratings.csv", "new/u.data"])
    ) {
      try FormatDetection.detect(memberNames: members)
    }
    let named = try FormatDetection.detect(memberNames: members, ratings: "new/ratings.csv")
    #expect(named.itemsMember == "new/movies.csv")
    let limited = try FormatDetection.detect(memberNames: members, format: .movielens100K)
    #expect(limited.ratingsMember == "new/u.data")
    #expect(limited.itemsMember == nil)
  }

  @Test func givenNamesMustBeThere() throws {
    let members = ["x/ratings.csv", "x/titles.csv"]
    #expect(throws: RatingsError.missingMember(name: "y.csv", members: members)) {
      try FormatDetection.detect(memberNames: members, ratings: "y.csv")
    }
    #expect(throws: RatingsError.missingMember(name: "movies.csv", members: members)) {
      try FormatDetection.detect(memberNames: members, items: "movies.csv")
    }
    let layout = try FormatDetection.detect(memberNames: members, items: "x/titles.csv")
    #expect(layout.itemsMember == "x/titles.csv")
  }

  @Test func aSingleFileOfAGivenFormatMayHaveAnyName() throws {
    let layout = try FormatDetection.detect(memberNames: ["export-7"], format: .movielensCSV)
    #expect(
      layout
        == DetectedLayout(format: .movielensCSV, ratingsMember: "export-7", itemsMember: nil))
    #expect(throws: RatingsError.unrecognizedLayout(members: ["export-7"])) {
      try FormatDetection.detect(memberNames: ["export-7"])
    }
  }

  @Test func itemsOfASourceOfTheirOwnAreFound() throws {
    func found(
      _ members: [String], format: RatingsFormat = .auto, member: String? = nil
    ) throws(RatingsError) -> String {
      let (member, format) = try FormatDetection.detectItems(
        memberNames: members, format: format, member: member, ratingsFormat: .movielensCSV)
      return "\(member) \(format.rawValue)"
    }
    #expect(try found(["titles"]) == "titles movielens-csv")
    #expect(try found(["x/readme", "x/movies.csv"]) == "x/movies.csv movielens-csv")
    #expect(try found(["movies.dat"]) == "movies.dat movielens-dat")
    #expect(try found(["movies.csv"], format: .delimited) == "movies.csv delimited")
    #expect(try found(["a", "b"], format: .jsonLines, member: "b") == "b jsonl")
    #expect(throws: RatingsError.ambiguousLayout(candidates: ["a", "b"])) {
      try found(["a", "b"])
    }
    #expect(throws: RatingsError.missingMember(name: "c", members: ["a", "b"])) {
      try found(["a", "b"], member: "c")
    }
  }

  @Test func aFormatThatTheJobDescribesHasAnyName() throws {
    for format in [RatingsFormat.delimited, .jsonLines] {
      #expect(
        try FormatDetection.detect(
          memberNames: ["export", "titles"], format: format, items: "titles")
          == DetectedLayout(format: format, ratingsMember: "export", itemsMember: "titles"))
      #expect(throws: RatingsError.ambiguousLayout(candidates: ["a", "b"])) {
        try FormatDetection.detect(memberNames: ["a", "b"], format: format)
      }
      #expect(throws: RatingsError.unrecognizedLayout(members: [])) {
        try FormatDetection.detect(memberNames: [], format: format)
      }
    }
  }
}
