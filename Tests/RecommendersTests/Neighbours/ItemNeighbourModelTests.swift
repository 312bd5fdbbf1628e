import Ratings
import TestSupport
import Testing

@testable import Recommenders

/// `item-knn` on planted ratings, where plain loops give the answer.
struct ItemNeighbourModelTests {
  private let users = 40
  private let items = 25
  private let scale = RatingScale(minimum: 0.5, maximum: 5)

  /// Ratings of most pairs; nobody rated the last item and the last user rated nothing.
  private func ratings() -> RatingColumns {
    var words = CounterBasedGenerator(seed: 3, stream: .generation).sequence(epoch: 0)
    var (owners, rated, values): ([UserIndex], [ItemIndex], [Float]) = ([], [], [])
    for user in 0..<users - 1 {
      for item in 0..<items - 1 where words.nextWord() % 3 > 0 {
        owners.append(UserIndex(user))
        rated.append(ItemIndex(item))
        // Users of an even number like items of an even number.
        let taste: Float = (user + item) % 2 == 0 ? 1 : -1
        values.append(3 + taste * 0.8 + Float(words.nextWord() % 100) / 200)
      }
    }
    return RatingColumns(users: owners, items: rated, values: values)
  }

  private func fit(
    _ columns: RatingColumns, _ options: NeighbourOptions, threads: Int = 1
  ) throws -> ItemNeighbourModel {
    let inputs = TrainingInputs(
      ratings: RatingSubset(columns), validation: RatingSubset(columns, rows: []), users: users,
      items: items, scale: scale, details: [], seed: 0, threads: threads)
    return try ItemNeighbourModel.fit(inputs, options: options)
  }

  private func options(neighbours: Int = 4, kept: Int = 100) -> NeighbourOptions {
    var options = NeighbourOptions()
    options.neighbours = neighbours
    options.shrinkage = 10
    options.keptNeighbours = kept
    return options
  }

  /// The formulas of the documentation as loops over all pairs.
  @Test func predictsWhatPlainLoopsPredict() throws {
    let columns = ratings()
    let options = options()
    let model = try fit(columns, options)
    let bias = BiasModel.fit(RatingSubset(columns), users: users, items: items, scale: scale)
    var residuals = [[Double?]](
      repeating: [Double?](repeating: nil, count: items), count: users)
    for row in 0..<columns.count {
      let (user, item) = (columns.users[row], columns.items[row])
      residuals[user.position][item.position] =
        Double(columns.values[row] - bias.predictedRating(of: item, by: user))
    }
    func similarity(_ item: Int, _ other: Int) -> Double {
      var (count, product, squares, otherSquares) = (0.0, 0.0, 0.0, 0.0)
      for user in 0..<users {
        guard let a = residuals[user][item], let b = residuals[user][other] else { continue }
        count += 1
        product += a * b
        squares += a * a
        otherSquares += b * b
      }
      guard count > 0, squares > 0, otherSquares > 0 else { return 0 }
      return product / (squares * otherSquares).squareRoot() * count / (count + options.shrinkage)
    }
    let damping = Double(options.damping)
    for user in 0..<users {
      for item in 0..<items {
        let near = (0..<items).filter { $0 != item && residuals[user][$0] != nil }
          .map { (similarity(item, $0), residuals[user][$0] ?? 0) }.filter { $0.0 > 0 }
          .sorted { $0.0 > $1.0 }.prefix(options.neighbours)
        let weights = near.reduce(0.0) { $0 + $1.0 * $1.0 }
        let sum = near.reduce(0.0) { $0 + $1.0 * $1.0 * $1.1 }
        let expected =
          Double(bias.predictedRating(of: ItemIndex(item), by: UserIndex(user)))
          + (weights > 0 ? sum / (weights + damping) : 0)
        let found = Double(model.predictedRating(of: ItemIndex(item), by: UserIndex(user)))
        #expect(abs(found - expected) < 1e-4, "user \(user), item \(item)")
      }
    }
  }

  @Test func findsTheTasteThatTheBiasesCannotTell() throws {
    let columns = ratings()
    let model = try fit(columns, options(neighbours: 10))
    let bias = BiasModel.fit(RatingSubset(columns), users: users, items: items, scale: scale)
    var (better, count) = (0, 0)
    for user in 0..<users - 1 {
      for item in 0..<items - 1 {
        let truth: Float = (user + item) % 2 == 0 ? 4.05 : 2.45
        let (index, owner) = (ItemIndex(item), UserIndex(user))
        count += 1
        if abs(model.predictedRating(of: index, by: owner) - truth)
          < abs(bias.predictedRating(of: index, by: owner) - truth)
        {
          better += 1
        }
      }
    }
    #expect(better * 10 > count * 9)
  }

  @Test(arguments: [2, 5]) func hasTheSameBitsForAnyNumberOfThreads(threads: Int) throws {
    let columns = ratings()
    #expect(
      try fit(columns, options(), threads: threads).tensors == fit(columns, options()).tensors)
  }

  @Test func scoresOfAUserAreThoseOfEachPair() throws {
    let model = try fit(ratings(), options())
    let all = (0..<UInt32(items)).map { $0 }
    for user in 0..<users {
      #expect(
        model.rankingKeys(by: UserIndex(user), of: all)
          == all.map { model.rankingKey(of: ItemIndex(Int($0)), by: UserIndex(user)) })
    }
  }

  @Test func unseenUsersAndItemsHaveTheKnownBias() throws {
    let model = try fit(ratings(), options())
    let tensors = Dictionary(uniqueKeysWithValues: model.tensors.map { ($0.name, $0.values) })
    let (user, item) = (UserIndex(users - 1), ItemIndex(items - 1))
    #expect(model.rankingKey(of: item, by: user) == 0)
    #expect(model.rankingKey(of: ItemIndex(2), by: user) == tensors["item_bias"]?[2])
    #expect(model.rankingKey(of: item, by: UserIndex(2)) == tensors["user_bias"]?[2])
  }

  @Test func contributionsSumUpToTheKeyWithoutBiases() throws {
    let columns = ratings()
    let model = try fit(columns, options())
    let tensors = Dictionary(uniqueKeysWithValues: model.tensors.map { ($0.name, $0.values) })
    let user = UserIndex(7)
    let rated = (0..<columns.count).filter { columns.users[$0] == user }.map {
      RatedItem(item: columns.items[$0], rating: columns.values[$0])
    }
    for item in 0..<items {
      let index = ItemIndex(item)
      let shares = try #require(model.contributions(to: index, by: user, of: rated))
      let biases = (tensors["user_bias"]?[7] ?? .nan) + (tensors["item_bias"]?[item] ?? .nan)
      let sum = shares.reduce(0, +) + biases
      #expect(abs(sum - model.rankingKey(of: index, by: user)) < 1e-5)
      #expect(shares.filter { $0 != 0 }.count <= 4)
    }
  }

  @Test func keepsTheMostSimilarItemsOnly() throws {
    let columns = ratings()
    let all = try fit(columns, options()).similarities
    let few = try fit(columns, options(kept: 3)).similarities
    for item in 0..<items {
      let (long, short) = (all.places(of: item), few.places(of: item))
      #expect(short.count == min(long.count, 3))
      #expect(all.columns[long].prefix(3) == few.columns[short])
      #expect(zip(all.values[long], all.values[long].dropFirst()).allSatisfy { $0 >= $1 })
    }
  }

  @Test func isTheSameWhenItIsMadeOfItsTensors() throws {
    let model = try fit(ratings(), options())
    let again = try ModelRestoration.model(
      model.configuration, tensors: model.tensors, trainingCounts: model.trainingCounts)
    let all = (0..<UInt32(items)).map { $0 }
    for user in 0..<users {
      #expect(
        again.rankingKeys(by: UserIndex(user), of: all)
          == model.rankingKeys(by: UserIndex(user), of: all))
    }
  }

  @Test(arguments: [
    ("neighbour_items", Float(25)), ("neighbour_items", 0.5), ("residual_counts", -1),
    ("residual_items", 1_000), ("neighbour_counts", 2.5),
  ])
  func refusesNumbersThatAreNoIndices(name: String, value: Float) throws {
    let model = try fit(ratings(), options())
    let damaged = model.tensors.map { tensor in
      guard tensor.name == name else { return tensor }
      return NamedTensor(
        name: name, shape: tensor.shape, values: [value] + tensor.values.dropFirst())
    }
    #expect(throws: ModelError.outOfRange(name: name, index: 0)) {
      try ModelRestoration.model(
        model.configuration, tensors: damaged, trainingCounts: model.trainingCounts)
    }
  }
}
