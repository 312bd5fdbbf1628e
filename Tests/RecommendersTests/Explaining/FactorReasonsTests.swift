import Kernels
import Ratings
import TestSupport
import Testing

@testable import Recommenders

/// Reasons of models whose users' rows are solutions of ridge regressions.
@Suite struct FactorReasonsTests {
  private static let dataset = try? PlantedDataset(
    users: 60, items: 50, rank: 2, density: 0.4, noise: 0.2, seed: 5
  ).dataset()
  private static let types = [ModelType.als, .svdPlusPlus, .ials]

  @Test(arguments: types) func contributionsSumUpToWhatTheUsersRowAdds(type: ModelType) throws {
    let dataset = try #require(Self.dataset)
    let rows = Self.trainingRows(dataset)
    let model = try Self.trained(type, dataset, rows)
    for user in [0, 7, 23, 59] {
      let user = UserIndex(user)
      let rated = Self.rated(user, dataset.ratings, rows)
      let contributions = model.contributions(by: user, of: rated)
      for item in 0..<dataset.items.count {
        let shares = try #require(contributions(ItemIndex(item)))
        #expect(shares.count == rated.count)
        let sum = shares.reduce(0.0) { $0 + Double($1) }
        let expected = try Self.taste(of: ItemIndex(item), by: user, model)
        #expect(abs(sum - expected) < 1e-4, "user \(user), item \(item): \(sum) of \(expected)")
      }
    }
  }

  @Test func aBlendAddsWhatItsModelsSay() throws {
    let dataset = try #require(Self.dataset)
    let rows = Self.trainingRows(dataset)
    let models = [
      try Self.trained(.als, dataset, rows), try Self.trained(.svdPlusPlus, dataset, rows),
    ]
    let blend = BlendModel(models, weights: [0.75, 0.5])
    let rated = Self.rated(UserIndex(7), dataset.ratings, rows)
    for item in [0, 21] {
      let shares = try #require(
        blend.contributions(to: ItemIndex(item), by: UserIndex(7), of: rated))
      let sum = shares.reduce(0.0) { $0 + Double($1) }
      let (one, other) = (
        try Self.taste(of: ItemIndex(item), by: UserIndex(7), models[0]),
        try Self.taste(of: ItemIndex(item), by: UserIndex(7), models[1])
      )
      #expect(abs(sum - (0.75 * one + 0.5 * other)) < 1e-4)
    }
    let unsure = BlendModel([models[0], try Self.trained(.dot, dataset, rows)], weights: [1, 1])
    #expect(Explainer.kind(of: blend) == .exact)
    #expect(Explainer.kind(of: unsure) == .similarity)
  }

  @Test(arguments: types) func theTwinOfAnItemIsTheReasonForIt(type: ModelType) throws {
    // As far as relevance goes, who does not like a pair does not choose it.
    let twins = Twins(areDislikedRated: !type.isRelevance)
    let dataset = try twins.dataset()
    let model = try Self.trained(type, dataset, nil, factors: 16)
    var lists: [RecommendationList] = []
    for (user, item) in twins.missing {
      lists.append(
        RecommendationList(
          user: UserIndex(user), items: [ScoredItem(item: ItemIndex(item), score: 4)]))
    }
    try #require(lists.count > 20)
    let explainer = Explainer(model: model, ratings: dataset.ratings, count: 1)
    var hits = 0
    for list in explainer.explaining(lists, threads: 2) {
      let reasons = try #require(list.reasons)
      #expect(reasons.kind == .exact)
      hits += reasons[0].map(\.item.position) == [list.items[0].item.position ^ 1] ? 1 : 0
    }
    #expect(20 * hits >= 19 * lists.count, "\(hits) of \(lists.count)")
  }

  @Test(arguments: types) func aModelThatWasReadHasTheSameReasons(type: ModelType) throws {
    let dataset = try #require(Self.dataset)
    let rows = Self.trainingRows(dataset)
    let model = try Self.trained(type, dataset, rows)
    let again = try ModelRestoration.model(
      model.configuration, tensors: model.tensors, trainingCounts: model.trainingCounts)
    #expect(again.tensors == model.tensors)
    #expect(again.tensorShapes == model.tensors.map { TensorShape(name: $0.name, shape: $0.shape) })
    let lists = Self.lists(dataset)
    #expect(
      Self.explainer(again, dataset, rows).explaining(lists, threads: 1)
        == Self.explainer(model, dataset, rows).explaining(lists, threads: 1))
  }

  @Test(arguments: types, [2, 5]) func threadsChangeNothing(type: ModelType, threads: Int) throws {
    let dataset = try #require(Self.dataset)
    let rows = Self.trainingRows(dataset)
    let explainer = Self.explainer(try Self.trained(type, dataset, rows), dataset, rows)
    let lists = (0..<3).flatMap { _ in Self.lists(dataset) }
    let one = explainer.explaining(lists, threads: 1)
    #expect(one.allSatisfy { $0.reasons?.kind == .exact && $0.reasons?[0].isEmpty == false })
    #expect(explainer.explaining(lists, threads: threads) == one)
  }

  @Test(arguments: types) func whatWasHeldOutIsNoReason(type: ModelType) throws {
    let dataset = try #require(Self.dataset)
    let rows = Self.trainingRows(dataset)
    let model = try Self.trained(type, dataset, rows)
    let untrained = Self.untrained(dataset, rows)
    for list in Self.explainer(model, dataset, rows).explaining(Self.lists(dataset), threads: 1) {
      let reasons = try #require(list.reasons)
      #expect(reasons[0].allSatisfy { !untrained.contains(user: list.user, item: $0.item) })
    }
    // Where nobody knows what was held out, nothing is said to be exact.
    let unsure = Explainer(model: model, ratings: dataset.ratings, count: 3)
    let lists = unsure.explaining(Self.lists(dataset), threads: 1)
    #expect(lists.contains { $0.reasons?.kind == .similarity && $0.reasons?[0].isEmpty == false })
    for list in lists where list.reasons?.kind == .exact {
      #expect(untrained.items(of: list.user).isEmpty)
    }
  }

  @Test(arguments: types) func aModelOfAnEarlierProgramSaysHowSimilarItemsAre(
    type: ModelType
  ) throws {
    let dataset = try #require(Self.dataset)
    let model = try Self.trained(type, dataset, nil)
    #expect(Explainer.kind(of: model) == .exact)
    var configuration = model.configuration
    configuration.details = .none
    let names = ["user_factors", "item_factors", "user_bias", "item_bias"]
    let old = try ModelRestoration.model(
      configuration, tensors: model.tensors.filter { names.contains($0.name) },
      trainingCounts: model.trainingCounts)
    #expect(Explainer.kind(of: old) == .similarity)
    for item in 0..<5 {
      #expect(
        old.rankingKey(of: ItemIndex(item), by: UserIndex(3))
          == model.rankingKey(of: ItemIndex(item), by: UserIndex(3)))
    }
    let explainer = Explainer(model: old, ratings: dataset.ratings, count: 3)
    for list in explainer.explaining(Self.lists(dataset), threads: 1) {
      #expect(list.reasons?.kind == .similarity)
    }
  }

  @Test func aBundleWithoutTheItemsOfTrainingIsRefused() throws {
    let dataset = try #require(Self.dataset)
    let model = try Self.trained(.svdPlusPlus, dataset, nil)
    for name in [
      "rated_item_factors", "rated_item_bias", "history_factors", "history_bias",
    ] {
      #expect(throws: ModelError.missingTensor(name: name)) {
        try ModelRestoration.model(
          model.configuration, tensors: model.tensors.filter { $0.name != name },
          trainingCounts: model.trainingCounts)
      }
    }
    var configuration = model.configuration
    configuration.factors = PairHistory.lanes
    #expect(throws: ModelError.self) {
      try ModelRestoration.model(
        configuration, tensors: model.tensors, trainingCounts: model.trainingCounts)
    }
  }

  @Test func sharesSumUpToTheSolutionOfAnyRegression() {
    let values = Initializer(seed: 3).normal(count: 40 * 5, deviation: 1, threads: 1)
    let targets = Initializer(seed: 4).normal(count: 40, deviation: 1, threads: 1)
    let rows = EmbeddingTable(rows: 40, dimension: 5, values: values)
    let shares = RidgeShares(rows: rows, targets: targets, penalty: 0.5, base: rows.gram)
    // With q = G e, the shares of G⁻¹ q = e are the parts of Σ_j t_j x_j in that direction.
    for lane in 0..<5 {
      let vector = (0..<5).map { other in
        (0..<40).reduce(Float(lane == other ? 0.5 : 0)) {
          $0 + 2 * values[$1 * 5 + lane] * values[$1 * 5 + other]
        }
      }
      for (row, share) in shares.shares(of: vector).enumerated() {
        #expect(abs(share - Double(values[row * 5 + lane] * targets[row])) < 1e-4)
      }
    }
  }
}

extension FactorReasonsTests {
  /// Nine of ten rows.
  private static func trainingRows(_ dataset: RatingsDataset) -> [Int32] {
    (0..<Int32(dataset.ratings.count)).filter { $0 % 10 != 3 }
  }

  private static func untrained(_ dataset: RatingsDataset, _ rows: [Int32]) -> InteractionMatrix {
    let trained = Set(rows)
    return InteractionMatrix(
      users: dataset.users.count,
      ratings: RatingSubset(
        dataset.ratings,
        rows: (0..<Int32(dataset.ratings.count)).filter { !trained.contains($0) }))
  }

  private static func explainer(
    _ model: any RatingPredictor, _ dataset: RatingsDataset, _ rows: [Int32]
  ) -> Explainer {
    Explainer(
      model: model, ratings: dataset.ratings, untrained: untrained(dataset, rows), count: 3)
  }

  /// A list for each user, of two items.
  private static func lists(_ dataset: RatingsDataset) -> [RecommendationList] {
    dataset.users.indices.map { user in
      RecommendationList(
        user: user,
        items: [1, 4].map {
          ScoredItem(item: ItemIndex((user.position + $0) % dataset.items.count), score: 4)
        })
    }
  }

  private static func rated(
    _ user: UserIndex, _ ratings: RatingColumns, _ rows: [Int32]
  ) -> [RatedItem] {
    rows.map { Int($0) }.filter { ratings.users[$0] == user }.map {
      RatedItem(item: ratings.items[$0], rating: ratings.values[$0])
    }
  }

  private static func trained(
    _ type: ModelType, _ dataset: RatingsDataset, _ rows: [Int32]?, factors: Int = 4
  ) throws -> any RatingPredictor {
    var (model, training) = (ModelOptions(), TrainingOptions())
    model.type = type
    model.factors = factors
    training.maxEpochs = 12
    let trainer = Trainer(
      model: model, training: training,
      resolved: ResolvedTraining(
        training, model: model, ratings: dataset.ratings.count, watchesHeldOut: false),
      users: dataset.users.count, items: dataset.items.count, scale: dataset.scale)
    let subset =
      rows.map { RatingSubset(dataset.ratings, rows: $0) } ?? RatingSubset(dataset.ratings)
    return try trainer.refit(on: subset, epochs: 12) { _ in }.model
  }

  /// The part of a key that belongs to what the user rated, from the tensors of the bundle.
  private static func taste(
    of item: ItemIndex, by user: UserIndex, _ model: any RatingPredictor
  ) throws -> Double {
    let users = try #require(model.tensors.first { $0.name == "user_factors" })
    let items = try #require(model.tensors.first { $0.name == "item_factors" })
    let stored = users.shape[1]
    let factors = stored - (model.configuration.type == .svdPlusPlus ? PairHistory.lanes : 0)
    return (0..<factors).reduce(0) {
      $0 + Double(users.values[user.position * stored + $1])
        * Double(items.values[item.position * stored + $1])
    }
  }
}

/// Pairs of items that are rated alike: who likes one likes the other, and knows nothing of other pairs.
private struct Twins {
  let areDislikedRated: Bool
  private let users = 150
  private let pairs = 8
  private let tastes = Initializer(seed: 11).normal(count: 150 * 8, deviation: 1, threads: 1)
  private let draws = Initializer(seed: 12).uniform(count: 150 * 8, unit: 0)

  /// The users and items of which the user likes the twin, and rated only that.
  var missing: [(user: Int, item: Int)] {
    (0..<users).flatMap { user in
      (0..<pairs).compactMap { pair in
        likes(user, pair) && isPart(user, pair) ? (user, 2 * pair + user % 2) : nil
      }
    }
  }

  private func likes(_ user: Int, _ pair: Int) -> Bool { tastes[user * pairs + pair] > 0 }

  /// Whether a user rated only one of a pair.
  private func isPart(_ user: Int, _ pair: Int) -> Bool { draws[user * pairs + pair] > 0.03 }

  func dataset() throws -> RatingsDataset {
    var raw = RawRatings(file: "ratings.csv")
    for user in 0..<users {
      for pair in 0..<pairs {
        for item in [2 * pair, 2 * pair + 1]
        where !(isPart(user, pair) && item == 2 * pair + user % 2)
          && (areDislikedRated || likes(user, pair))
        {
          raw.append(
            user: "\(1000 + user)", item: "\(100 + item)", value: likes(user, pair) ? 5 : 1)
        }
      }
    }
    return try RatingsDataset(raw: raw, items: nil, options: ParsingOptions())
  }
}
