import Ratings
import Recommenders
import Testing

@testable import Job

struct CandidatesTests {
  /// Items a, b, c with 2, 1 and 1 ratings; user x has rated a and b, user y a and c.
  private static func dataset() throws -> RatingsDataset {
    var raw = RawRatings(file: "ratings.csv")
    for (user, item) in [("x", "a"), ("x", "b"), ("y", "a"), ("y", "c")] {
      raw.append(user: user, item: item, value: 1)
    }
    return try RatingsDataset(raw: raw, items: nil, options: ParsingOptions())
  }

  private static func lists(_ counts: Int...) -> [RecommendationList] {
    counts.enumerated().map { user, count in
      RecommendationList(
        user: UserIndex(user),
        items: (0..<count).map { ScoredItem(item: ItemIndex($0), score: 1) })
    }
  }

  @Test func whoHasACandidateAndNoListIsFound() throws {
    let dataset = try Self.dataset()
    let all = Candidates(of: dataset, RecommendOptions())
    #expect(all.isCandidate == [true, true, true])
    #expect(all.usersWithoutList(Self.lists(1, 1), in: dataset) == [])
    #expect(all.usersWithoutList(Self.lists(1, 0), in: dataset) == [UserIndex(1)])
  }

  @Test func whoHasRatedEveryCandidateNeedsNoList() throws {
    let dataset = try Self.dataset()
    var options = RecommendOptions()
    options.minItemRatings = 2
    let popular = Candidates(of: dataset, options)
    #expect(popular.isCandidate == [true, false, false])
    #expect(popular.usersWithoutList(Self.lists(0, 0), in: dataset) == [])
  }

  @Test func onlyAllowedItemsAreCandidatesAndDeniedOnesAreNot() throws {
    let dataset = try Self.dataset()
    var options = RecommendOptions()
    options.candidates.allow = ["a", "c", "z"]
    let allowed = Candidates(of: dataset, options)
    #expect(allowed.isCandidate == [true, false, true])
    #expect(allowed.unknownIDs == 1)
    options.candidates.deny = ["c", "b"]
    #expect(Candidates(of: dataset, options).isCandidate == [true, false, false])
    options.candidates = CandidateOptions()
    options.candidates.deny = ["a"]
    options.minItemRatings = 2
    #expect(Candidates(of: dataset, options).isCandidate == [false, false, false])
  }
}
