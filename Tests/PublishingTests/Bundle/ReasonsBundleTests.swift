import Ratings
import Recommenders
import Storage
import TestSupport
import Testing

@testable import Publishing

/// What bundles hold so that reasons are exact.
@Suite struct ReasonsBundleTests {
  private let directory: TemporaryDirectory
  private static let types = [ModelType.als, .svdPlusPlus, .ials]
  /// The rows that the tables of the fixture count.
  private static let rows: [Int32] = [1, 2, 3, 4, 6]

  init() throws {
    directory = try TemporaryDirectory()
  }

  private static func bundle(_ type: ModelType) throws -> ModelBundle {
    let dataset = try TinyBundle.dataset()
    var (model, training) = (ModelOptions(), TrainingOptions())
    model.type = type
    model.factors = 2
    training.maxEpochs = 4
    let trainer = Trainer(
      model: model, training: training,
      resolved: ResolvedTraining(training, model: model, ratings: 7, watchesHeldOut: false),
      users: dataset.users.count, items: dataset.items.count, scale: dataset.scale)
    let trained = try trainer.refit(
      on: RatingSubset(dataset.ratings, rows: rows), epochs: 4
    ) { _ in }.model
    return ModelBundle(
      model: trained, dataset: dataset,
      untrained: InteractionMatrix(
        users: 3, ratings: RatingSubset(dataset.ratings, rows: [0, 5])),
      training: TinyBundle.training, metrics: TinyBundle.metrics, resultPlan: TinyBundle.plan,
      threads: 1)
  }

  private static func explained(_ bundle: ModelBundle) throws -> [RecommendationList] {
    let lists = (0..<3).map { user in
      RecommendationList(
        user: UserIndex(user),
        items: (0..<4).map { ScoredItem(item: ItemIndex($0), score: 1) })
    }
    return Explainer(
      model: bundle.model, ratings: try TinyBundle.dataset().ratings, untrained: bundle.untrained,
      count: 4
    ).explaining(lists, threads: 1)
  }

  @Test(arguments: types) func aBundleThatWasReadHasTheSameReasons(type: ModelType) throws {
    let bundle = try Self.bundle(type)
    _ = try bundle.write(to: directory.path("model"))
    let read = try ModelBundle.read(directory.path("model"))
    #expect(read.configuration == bundle.configuration)
    #expect(read.untrained == bundle.untrained)
    // User 100 rated items 400 and 30 in the rows that are not trained on.
    #expect(read.untrained?.indptr == [0, 0, 0, 2])
    #expect(read.untrained?.indices == [ItemIndex(2), ItemIndex(3)])
    let lists = try Self.explained(read)
    #expect(try lists == Self.explained(bundle))
    #expect(lists.allSatisfy { $0.reasons?.kind == .exact })
  }

  @Test(arguments: types) func aBundleOfAnEarlierProgramIsReadWithout(type: ModelType) throws {
    let bundle = try TinyBundle.bundle(TinyBundle.configuration(type, link: .identity))
    _ = try bundle.write(to: directory.path("model"))
    let read = try ModelBundle.read(directory.path("model"))
    #expect(read.configuration.json["details"] == nil)
    #expect(read.untrained == nil)
    #expect(try Self.explained(read).allSatisfy { $0.reasons?.kind == .similarity })
  }

  @Test(
    arguments: [(.als, "user_penalty"), (.svdPlusPlus, "user_penalty_per_rating"), (.ials, "l2")]
      as [(ModelType, String)])
  func detailsThatLackANumberAreRefused(type: ModelType, key: String) throws {
    let json = try Self.bundle(type).configuration.json
    guard case .object(let members) = json, case .object(let details)? = json["details"] else {
      throw PublishingError.noBundle(path: "")
    }
    #expect(details.contains { $0.key == key })
    let changed = JSONValue.object(
      members.map { member in
        guard member.key == "details" else { return member }
        return JSONMember(key: "details", value: .object(details.filter { $0.key != key }))
      })
    #expect(throws: PublishingError.self) { try BundleConfiguration(changed, owner: "b") }
    #expect(try BundleConfiguration(json, owner: "b").json == json)
  }

  @Test func thePlacesOfUntrainedRatingsAreWritten() throws {
    let bundle = try Self.bundle(.als)
    // By user and item: two of user 7, one of user 20, then items 1, 2, 30, 400 of user 100.
    #expect(bundle.untrainedPlaces == [5, 6])
    let card = ModelCard(bundle: bundle, version: try bundle.write(to: directory.path("m"))).text
    #expect(card.contains("`untrained` are the places"))
  }

  @Test(arguments: [[6, 5], [5, 7], [-1]] as [[Int32]])
  func untrainedRatingsThatAreNotThereAreRefused(places: [Int32]) throws {
    let path = directory.path("model")
    _ = try Self.bundle(.als).write(to: path)
    let seen = PathName.joined(path, BundleFile.seen)
    let tensors = try Safetensors.read(FileSystem.readBytes(seen)).map {
      $0.name == SeenTensor.untrained
        ? SafetensorsTensor($0.name, shape: [places.count], .int32(places)) : $0
    }
    try FileSystem.removeFile(seen)
    _ = try Safetensors.write(tensors, to: seen)
    let manifest = try Manifest(ofDirectory: path)
    try directory.write(Array(manifest.json().prettyText().utf8), to: "model/manifest.json")
    #expect(throws: PublishingError.self) { try ModelBundle.read(path) }
  }
}
