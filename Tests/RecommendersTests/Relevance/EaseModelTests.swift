import Kernels
import Ratings
import Testing

@testable import Recommenders

struct EaseModelTests {
  /// Seeded ratings of some users and items; every third pair or so.
  static func ratings(users: Int, items: Int) -> RatingColumns {
    var (who, what, values): ([UserIndex], [ItemIndex], [Float]) = ([], [], [])
    for user in 0..<users {
      for item in 0..<items {
        let chance = (user * 31 + item * 17 + user * item * 7) % 23
        // The last item has no rating at all.
        guard chance < 8, item < items - 1 else { continue }
        who.append(UserIndex(user))
        what.append(ItemIndex(item))
        values.append(Float(chance % 5 + 1))
      }
    }
    return RatingColumns(users: who, items: what, values: values)
  }

  /// Genres and years of release of some items; of every fourth nothing is known.
  static func details(items: Int) -> [ItemDetails] {
    (0..<items).map { item in
      guard item % 4 > 0 else { return ItemDetails() }
      return ItemDetails(
        title: "Film \(item) (\(1990 + item % 3))",
        genres: item % 2 == 0 ? ["Comedy"] : ["Comedy", "Drama"])
    }
  }

  static func model(
    users: Int, items: Int, threads: Int = 1, options: EaseOptions = options
  ) throws -> EaseModel {
    let configuration = ModelConfiguration(
      type: .ease, users: users, items: items, factors: 0, hidden: [], link: .identity,
      cold: .knownTerms, scale: RatingScale(minimum: 1, maximum: 5), trainMean: 3)
    return try EaseModel.fit(
      RatingSubset(ratings(users: users, items: items)), configuration, options: options,
      details: details(items: items), threads: threads)
  }

  static let options = {
    var options = EaseOptions()
    options.l2 = 3
    options.lowInput = 0.25
    options.inputPower = 2
    options.highInput = 1.5
    options.contentInput = 0.75
    return options
  }()

  /// What ratings of 1 to 5 count with these options.
  private static let inputs: [Float: Double] = [
    1: 0.25, 2: 0.25 + 0.75 / 9, 3: 0.25 + 0.75 * 4 / 9, 4: 1, 5: 1.5,
  ]

  /// The rows of X that follow the users: two genres, three years, and one row of five years, of which
  /// 1990 to 1992 are in the same.
  private static func content(items: Int) -> [[Double]] {
    func row(_ value: (Int) -> Double) -> [Double] {
      (0..<items).map { $0 % 4 > 0 ? 0.75 * value($0) : 0 }
    }
    return [
      row { $0 % 2 == 0 ? 1 : 0.5.squareRoot() }, row { $0 % 2 == 0 ? 0 : 0.5.squareRoot() },
      row { _ in 1 }, row { $0 % 3 == 0 ? 1 : 0 }, row { $0 % 3 == 1 ? 1 : 0 },
      row { $0 % 3 == 2 ? 1 : 0 },
    ]
  }

  /// X · B by the textbook: invert XᵀX + λI by elimination, divide, take out the diagonal.
  private static func reference(users: Int, items: Int) -> (keys: [[Double]], weights: [[Double]]) {
    var x = [[Double]](repeating: Array(repeating: 0, count: items), count: users)
    let ratings = ratings(users: users, items: items)
    for row in 0..<ratings.count {
      x[ratings.users[row].position][ratings.items[row].position] =
        inputs[ratings.values[row]] ?? .nan
    }
    let rows = x + content(items: items)
    var gram = [[Double]](repeating: Array(repeating: 0, count: 2 * items), count: items)
    for i in 0..<items {
      for j in 0..<items { for row in rows { gram[i][j] += row[i] * row[j] } }
      gram[i][i] += options.l2
      gram[i][items + i] = 1
    }
    for pivot in 0..<items {
      let divisor = gram[pivot][pivot]
      for column in 0..<2 * items { gram[pivot][column] /= divisor }
      for row in 0..<items where row != pivot {
        let factor = gram[row][pivot]
        for column in 0..<2 * items { gram[row][column] -= factor * gram[pivot][column] }
      }
    }
    var weights = [[Double]](repeating: Array(repeating: 0, count: items), count: items)
    for i in 0..<items {
      for j in 0..<items where i != j { weights[i][j] = -gram[i][items + j] / gram[j][items + j] }
    }
    let keys = x.map { row in
      (0..<items).map { item in
        var sum = 0.0
        for other in 0..<items { sum += row[other] * weights[other][item] }
        return sum
      }
    }
    return (keys, weights)
  }

  @Test(arguments: [(12, 20), (20, 12), (9, 9)])
  func keysAreThoseOfADenseReference(users: Int, items: Int) throws {
    let model = try Self.model(users: users, items: items)
    let reference = Self.reference(users: users, items: items).keys
    for user in 0..<users {
      let keys = model.rankingKeys(by: UserIndex(user), of: (0..<items).map { UInt32($0) })
      for item in 0..<items {
        #expect(abs(Double(keys[item]) - reference[user][item]) < 1e-5)
        #expect(model.rankingKey(of: ItemIndex(item), by: UserIndex(user)) == keys[item])
      }
    }
  }

  @Test(arguments: [(12, 20), (20, 12)])
  func contributionsAreInputsTimesWeightsAndAddUpToTheKey(users: Int, items: Int) throws {
    let model = try Self.model(users: users, items: items)
    let weights = Self.reference(users: users, items: items).weights
    let ratings = Self.ratings(users: users, items: items)
    for user in 0..<users {
      let rows = (0..<ratings.count).filter { ratings.users[$0].position == user }
      let rated = rows.map { RatedItem(item: ratings.items[$0], rating: ratings.values[$0]) }
      for item in 0..<items {
        let parts = try #require(
          model.contributions(to: ItemIndex(item), by: UserIndex(user), of: rated))
        for (part, rated) in zip(parts, rated) {
          let input = Self.inputs[rated.rating] ?? .nan
          #expect(abs(Double(part) - input * weights[rated.item.position][item]) < 1e-5)
        }
        let key = model.rankingKey(of: ItemIndex(item), by: UserIndex(user))
        #expect(abs(parts.reduce(0, +) - key) < 1e-5)
      }
    }
  }

  @Test func withoutDetailsOrInputThereIsNothingButUsers() throws {
    var options = Self.options
    options.contentInput = 0
    #expect(try Self.model(users: 12, items: 20, options: options).inputs.byUser.count == 12)
    #expect(try Self.model(users: 12, items: 20).inputs.byUser.count == 18)
    #expect(EaseModel.content([], items: 20, input: 1).isEmpty)
  }

  @Test(arguments: [(12, 20), (20, 12)])
  func anItemThatNobodyChoseIsFoundByItsGenres(users: Int, items: Int) throws {
    let last = ItemIndex(items - 1)
    var options = Self.options
    let known = try Self.model(users: users, items: items, options: options)
    options.contentInput = 0
    let unknown = try Self.model(users: users, items: items, options: options)
    // Every fourth item has no genre, the last one has.
    #expect((items - 1) % 4 > 0)
    for user in 0..<users {
      #expect(unknown.rankingKey(of: last, by: UserIndex(user)) == 0)
      let choseNothing = known.inputs.byUser.entries(of: user).isEmpty
      #expect((known.rankingKey(of: last, by: UserIndex(user)) == 0) == choseNothing)
    }
  }

  @Test func itemsThatTheModelWasNotTrainedWithContributeNothing() throws {
    let model = try Self.model(users: 12, items: 20)
    let unrated = RatedItem(item: ItemIndex(19), rating: 5)
    #expect(model.contributions(to: ItemIndex(3), by: UserIndex(0), of: [unrated]) == [0])
  }

  @Test(arguments: [(40, 90), (90, 40)])
  func threadsDoNotChangeABit(users: Int, items: Int) throws {
    let one = try Self.model(users: users, items: items).tensors
    for threads in [2, 5] {
      #expect(try Self.model(users: users, items: items, threads: threads).tensors == one)
    }
  }

  @Test(arguments: [(12, 20), (20, 12)])
  func modelFromItsTensorsGivesTheSameKeys(users: Int, items: Int) throws {
    let model = try Self.model(users: users, items: items)
    let restored = try ModelRestoration.model(
      model.configuration, tensors: model.tensors, trainingCounts: model.trainingCounts)
    let all = (0..<items).map { UInt32($0) }
    for user in 0..<users {
      #expect(
        restored.rankingKeys(by: UserIndex(user), of: all)
          == model.rankingKeys(by: UserIndex(user), of: all))
    }
    #expect(restored.tensors == model.tensors)
  }

  @Test func tensorsThatContradictEachOtherAreRefused() throws {
    let model = try Self.model(users: 12, items: 20)
    for (name, change) in [
      ("input_count", { $0 + 1 }), ("input_count", { _ in 0 }), ("input_item", { _ in 20 }),
      ("input_item", { _ in 0.5 }),
      ("item_scale", { _ in Float.nan }),
    ] as [(String, (Float) -> Float)] {
      let tensors = model.tensors.map {
        $0.name == name
          ? NamedTensor(name: name, shape: $0.shape, values: $0.values.map(change)) : $0
      }
      #expect(throws: ModelError.self) {
        try ModelRestoration.model(
          model.configuration, tensors: tensors, trainingCounts: model.trainingCounts)
      }
    }
  }

  @Test func listsHaveTheItemsWithTheGreatestKeys() throws {
    let (users, items) = (12, 20)
    let model = try Self.model(users: users, items: items)
    let reference = Self.reference(users: users, items: items).keys
    let seen = InteractionMatrix(users: users, columns: Self.ratings(users: users, items: items))
    let lists = TopNRecommender(
      model: model, excluding: seen, candidates: Array(repeating: true, count: items), k: 3
    ).recommend(0..<users)
    for (user, list) in lists.enumerated() {
      let unseen = (0..<items).filter {
        !seen.contains(user: UserIndex(user), item: ItemIndex($0))
      }
      let best = unseen.sorted { reference[user][$0] > reference[user][$1] }.prefix(3)
      #expect(list.items.map(\.item.position) == Array(best))
    }
  }

  @Test func tooLargeAMatrixIsRefusedWithAWayOut() {
    let configuration = ModelConfiguration(
      type: .ease, users: 40_000, items: 30_001, factors: 0, hidden: [], link: .identity,
      cold: .knownTerms, scale: RatingScale(minimum: 1, maximum: 5), trainMean: 3)
    let error = #expect(throws: TrainingError.self) {
      try EaseModel.fit(
        RatingSubset(Self.ratings(users: 5, items: 5)), configuration, options: EaseOptions(),
        threads: 1)
    }
    #expect(error?.description.contains("`ials`") == true)
  }
}
