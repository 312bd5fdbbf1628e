import Ratings
import Recommenders
import Storage
import TestSupport
import Testing

@testable import Publishing

/// Bundles of relevance models, and of models whose lists are ordered by one.
@Suite struct RelevanceBundleTests {
  private let directory: TemporaryDirectory

  init() throws {
    directory = try TemporaryDirectory()
  }

  private static func ease(on dataset: RatingsDataset) throws -> any RatingPredictor {
    var (model, training) = (ModelOptions(), TrainingOptions())
    model.type = .ease
    training.l2 = 0.5
    let trainer = Trainer(
      model: model, training: training,
      resolved: ResolvedTraining(training, model: model, ratings: 7, watchesHeldOut: false),
      users: dataset.users.count, items: dataset.items.count, scale: dataset.scale)
    // The rows that the tables of the fixture count.
    let rows = RatingSubset(dataset.ratings, rows: [1, 2, 3, 4, 6])
    return try trainer.refit(on: rows, epochs: 1) { _ in }.model
  }

  private static func bundle() throws -> ModelBundle {
    let dataset = try TinyBundle.dataset()
    return ModelBundle(
      model: try TinyBundle.model(),
      blend: RelevanceBlend(
        try ease(on: dataset), weights: BlendWeights(rating: 0.25, rarity: 0.75)),
      dataset: dataset, training: TinyBundle.training, metrics: TinyBundle.metrics,
      resultPlan: TinyBundle.plan, threads: 1)
  }

  private static func lists(_ bundle: ModelBundle) -> [RecommendationList] {
    var options = RecommendOptions()
    options.rankBy = .relevance
    // Nothing counts as seen, so that there is something to order.
    let nothing = RatingColumns(users: [], items: [], values: [])
    return TopNRecommender(
      model: bundle.model, excluding: InteractionMatrix(users: 3, columns: nothing),
      candidates: Array(repeating: true, count: 4), k: 4,
      order: ListOrder(
        options, model: bundle.model, blend: bundle.blend, details: bundle.itemDetails)
    ).recommend(0..<3)
  }

  @Test func aBundleThatWasReadOrdersItsListsTheSame() throws {
    let bundle = try Self.bundle()
    _ = try bundle.write(to: directory.path("model"))
    let read = try ModelBundle.read(directory.path("model"))
    #expect(read.configuration.model == bundle.configuration.model)
    #expect(read.blend?.weights == BlendWeights(rating: 0.25, rarity: 0.75))
    #expect(read.blend?.model.tensors == bundle.blend?.model.tensors)
    #expect(read.model.tensors == bundle.model.tensors)
    #expect(Self.lists(read) == Self.lists(bundle))
    #expect(Self.lists(read) != TinyBundle.lists(bundle, k: 4))
  }

  @Test func aRelevanceModelAsTheModelReadsBackTheSame() throws {
    let dataset = try TinyBundle.dataset()
    let model = try Self.ease(on: dataset)
    let bundle = ModelBundle(
      model: model, dataset: dataset, training: TinyBundle.training, metrics: TinyBundle.metrics,
      resultPlan: TinyBundle.plan, threads: 1)
    _ = try bundle.write(to: directory.path("model"))
    let read = try ModelBundle.read(directory.path("model"))
    #expect(read.configuration == bundle.configuration)
    #expect(read.blend == nil)
    #expect(read.model.tensors == model.tensors)
    #expect(TinyBundle.lists(read, k: 4) == TinyBundle.lists(bundle, k: 4))
  }

  @Test(
    arguments: [
      ("type", "dot"), ("factors", 3), ("rating_weight", .null), ("details", [:]),
    ] as [(String, JSONValue)])
  func aRelevanceThatIsNoneIsRefused(key: String, value: JSONValue) throws {
    let configuration = try Self.bundle().configuration
    let json = configuration.json
    guard case .object(let members) = json,
      case .object(let relevance)? = json["relevance"]
    else { throw PublishingError.noBundle(path: "") }
    let changed = JSONValue.object(
      members.map { member in
        guard member.key == "relevance" else { return member }
        return JSONMember(
          key: "relevance",
          value: .object(
            relevance.map { $0.key == key ? JSONMember(key: key, value: value) : $0 }))
      })
    #expect(throws: PublishingError.self) { try BundleConfiguration(changed, owner: "b") }
    #expect(try BundleConfiguration(json, owner: "b").json == json)
  }
}
