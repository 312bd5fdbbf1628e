import Ratings
import Testing

@testable import Recommenders

struct RankingMetricsTests {
  @Test func figuresAreThoseOfAnExampleDoneByHand() {
    // Three users; the third has no relevant item and does not count.
    let heldOut = RatingColumns(
      users: [0, 0, 0, 1, 2].map { UserIndex($0) }, items: [0, 1, 4, 2, 3].map { ItemIndex($0) },
      values: [5, 4, 2, 4.5, 1])
    func list(_ user: Int, _ items: [Int]) -> RecommendationList {
      RecommendationList(
        user: UserIndex(user), items: items.map { ScoredItem(item: ItemIndex($0), score: 1) })
    }
    let metrics = RankingMetrics(
      lists: [list(0, [3, 1, 4]), list(1, [3, 4]), list(2, [3])],
      heldOut: HeldOutItems(heldOut, users: 3), threshold: 4,
      counts: TrainingCounts(users: [1, 1, 1], items: [1, 1, 1, 2, 0]),
      genres: GenreSets([["a"], ["a"], [], ["a", "b"], ["c"]].map { ItemDetails(genres: $0) }))
    #expect(metrics.users == 2)
    #expect(abs(metrics.precision - 0.1 / 2) < 1e-12)
    #expect(abs(metrics.recall - 0.5 / 2) < 1e-12)
    #expect(metrics.hitRate == 0.5)
    #expect(abs(metrics.mrr - 0.5 / 2) < 1e-12)
    let log3 = 1.584962500721156
    #expect(abs(metrics.ndcg - (1 / log3) / (1 + 1 / log3) / 2) < 1e-12)
    #expect(abs(metrics.coverage - 3.0 / 5) < 1e-12)
    // Items 3, 1, 4, 3, 4 have 2, 1, 1 (for none), 2, 1 of three users.
    #expect(abs(metrics.novelty - (3 * log3 + 2 * (log3 - 1)) / 5) < 1e-12)
    // Pairs (3,1) ½, (3,4) 1, (1,4) 1 of the first list, (3,4) 1 of the second.
    #expect(abs((metrics.diversity ?? 0) - (2.5 / 3 + 1) / 2) < 1e-12)
    #expect(metrics.meanListedRating == 3)
  }

  @Test func withoutRelevantItemsFiguresAreZero() {
    let metrics = RankingMetrics(
      lists: [],
      heldOut: HeldOutItems(RatingColumns(users: [], items: [], values: []), users: 0),
      threshold: 4,
      counts: TrainingCounts(users: [], items: []), genres: GenreSets([]))
    #expect(metrics.users == 0 && metrics.ndcg == 0 && metrics.coverage == 0)
    #expect(metrics.diversity == nil && metrics.meanListedRating == nil)
  }
}
