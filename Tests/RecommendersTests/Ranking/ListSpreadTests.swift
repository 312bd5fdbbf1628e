import Kernels
import Ratings
import Testing

@testable import Recommenders

struct ListSpreadTests {
  private static let genres = [
    ["Drama"], ["Drama"], ["Drama", "War"], ["Comedy"], ["War"], ["Drama"], [], ["Comedy", "War"],
  ]
  private static let details = genres.map { ItemDetails(title: "", genres: $0) }
  private static let keys: [Float] = [8, 7.9, 7.8, 5, 4.5, 4, 3.5, 3]

  private static func spread(_ diversity: Double, cap: Int? = nil) -> ListSpread? {
    var options = RecommendOptions()
    options.diversity = diversity
    options.maxPerGenre = cap
    return ListSpread(
      options, model: RelevanceBlendTests.model(keys, counts: Array(repeating: 9, count: 8)),
      details: details)
  }

  private static func list(_ k: Int, _ spread: ListSpread?, threads: Int = 1) async throws -> [Int]
  {
    let model = RelevanceBlendTests.model(keys, counts: Array(repeating: 9, count: 8))
    return try await TopNRecommender(
      model: model,
      excluding: InteractionMatrix(
        users: 2, columns: RatingColumns(users: [], items: [], values: [])),
      candidates: Array(repeating: true, count: 8), k: k, order: ListOrder(.key, spread: spread)
    ).recommendAll(threads: threads)[0].items.map(\.item.position)
  }

  @Test func nothingAskedForIsNoSpread() {
    #expect(Self.spread(0) == nil)
  }

  @Test func diversityKeepsTheBestAndAvoidsItsLike() async throws {
    #expect(try await Self.list(3, nil) == [0, 1, 2])
    let spread = try #require(Self.spread(0.5))
    let list = try await Self.list(3, spread)
    #expect(list[0] == 0)
    #expect(list == [0, 2, 3])
    func likeness(_ items: [Int]) -> Float {
      var sum: Float = 0
      for one in items {
        for other in items where other < one {
          sum += spread.similarity(UInt32(one), UInt32(other))
        }
      }
      return sum
    }
    #expect(likeness(list) < likeness([0, 1, 2]))
  }

  @Test func moreDiversityNeverMakesListsMoreAlike() async throws {
    var last = Float.infinity
    for diversity in [0.05, 0.3, 0.6, 1] {
      let spread = try #require(Self.spread(diversity))
      let list = try await Self.list(4, spread)
      var sum: Float = 0
      for one in list {
        for other in list where other < one { sum += spread.similarity(UInt32(one), UInt32(other)) }
      }
      #expect(sum <= last)
      last = sum
    }
  }

  @Test(arguments: [1, 2, 3])
  func noGenreIsThatOfMoreItemsThanTheCap(cap: Int) async throws {
    let list = try await Self.list(8, Self.spread(0, cap: cap))
    for genre in ["Drama", "Comedy", "War"] {
      #expect(list.count { Self.genres[$0].contains(genre) } <= cap)
    }
    // An item without genres is under no cap; items come in the order of their keys.
    #expect(list.contains(6))
    #expect(list == list.sorted())
  }

  @Test func capsReachBeyondTheFirstItems() async throws {
    // All of the best few hundred items are of one genre.
    let count = 2000
    let keys = (0..<count).map { Float(count - $0) }
    let details = (0..<count).map {
      ItemDetails(title: "", genres: [$0 < count - 2 ? "Drama" : "War"])
    }
    var options = RecommendOptions()
    options.maxPerGenre = 2
    let model = RelevanceBlendTests.model(keys, counts: Array(repeating: 9, count: count))
    let list = TopNRecommender(
      model: model,
      excluding: InteractionMatrix(
        users: 2, columns: RatingColumns(users: [], items: [], values: [])),
      candidates: Array(repeating: true, count: count), k: 10,
      order: ListOrder(.key, spread: ListSpread(options, model: model, details: details))
    ).recommend(0..<1)[0].items.map(\.item.position)
    #expect(list == [0, 1, count - 2, count - 1])
  }

  @Test func factorsDecideWhatIsAlikeWhereTheModelHasThem() throws {
    let configuration = ModelConfiguration(
      type: .dot, users: 1, items: 3, factors: 2, hidden: [], link: .identity, cold: .asTrained,
      scale: RatingScale(minimum: 1, maximum: 5), trainMean: 3)
    let model = FactorModel(
      configuration, users: EmbeddingTable(rows: 1, dimension: 2, values: [1, 1]),
      items: EmbeddingTable(rows: 3, dimension: 2, values: [1, 0, 3, 0, 0, 2]),
      trainingCounts: TrainingCounts(users: [9], items: [9, 9, 9]))
    var options = RecommendOptions()
    options.diversity = 0.4
    let spread = try #require(ListSpread(options, model: model, details: Self.details))
    #expect(abs(spread.similarity(0, 1) - 1) < 1e-6)
    #expect(spread.similarity(0, 2) == 0)
  }

  @Test func threadsDoNotChangeTheLists() async throws {
    let spread = Self.spread(0.3, cap: 2)
    let one = try await Self.list(5, spread)
    #expect(one.count == 5)
    for threads in [2, 5] { #expect(try await Self.list(5, spread, threads: threads) == one) }
  }
}
