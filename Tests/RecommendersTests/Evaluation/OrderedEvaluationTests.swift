import Ratings
import TestSupport
import Testing

@testable import Recommenders

/// What is measured is what is published.
struct OrderedEvaluationTests {
  private let users = 30
  private let items = 40
  private let ratings: RatingColumns
  private let train: RatingSubset
  private let heldOut: [Int32]

  init() {
    let data = PlantedDataset(users: users, items: items)
    let rows = data.rows()
    ratings = RatingColumns(
      users: rows.map { UserIndex($0.user) }, items: rows.map { ItemIndex($0.item) },
      values: rows.map { Float($0.value) })
    let all = (0..<Int32(ratings.count))
    heldOut = all.filter { $0 % 9 == 4 }
    train = RatingSubset(ratings, rows: all.filter { $0 % 9 != 4 })
  }

  private func blend() throws -> RelevanceBlend {
    var (model, training) = (ModelOptions(), TrainingOptions())
    model.type = .ease
    training.l2 = 5
    let trainer = Trainer(
      model: model, training: training,
      resolved: ResolvedTraining(training, model: model, ratings: 1, watchesHeldOut: false),
      users: users, items: items, scale: RatingScale(minimum: 1, maximum: 5))
    let trained = try trainer.refit(on: train, epochs: 1) { _ in }
    return RelevanceBlend(trained.model, weights: BlendWeights(rating: 0.5, rarity: 0.5))
  }

  @Test func measuredListsAreThoseOfTheSameOrderAndCandidates() async throws {
    let scale = RatingScale(minimum: 1, maximum: 5)
    let model = BiasModel.fit(train, users: users, items: items, scale: scale)
    var options = RecommendOptions()
    options.rankBy = .relevance
    options.diversity = 0.1
    let order = ListOrder(options, model: model, blend: try blend(), details: [])
    let rated = InteractionMatrix(users: users, columns: ratings)
    let untrained = InteractionMatrix(
      users: users, ratings: RatingSubset(ratings, rows: heldOut))
    let evaluator = Evaluator(
      heldOut: ratings.selecting(heldOut), rated: rated, untrained: untrained, details: [],
      relevanceThreshold: 4, seed: 1, threads: 2)
    let least = 12
    let found = try await evaluator.evaluate(
      model, order: order, minItemRatings: least, baseline: model)
    let candidates = model.trainingCounts.items.map { $0 >= least }
    #expect(candidates.contains(true) && candidates.contains(false))
    let lists = try await TopNRecommender(
      model: model, excluding: rated, readmitting: untrained, candidates: candidates, k: 10,
      order: order
    ).recommendAll(threads: 1)
    let expected = RankingMetrics(
      lists: lists, heldOut: HeldOutItems(ratings.selecting(heldOut), users: users), threshold: 4,
      counts: model.trainingCounts, genres: nil)
    #expect(found.model.ranking == expected)
    #expect(found.model.ranking != found.baseline.ranking)
  }
}
