import Kernels
import Ratings
import TestSupport
import Testing

@testable import Recommenders

struct StackingTests {
  private let users = 12
  private let items = 10
  private let details: [ItemDetails] = (0..<10).map {
    ItemDetails(title: $0 == 3 ? "No year" : "Film \($0) (\(1990 + $0))", genres: [])
  }

  /// Most pairs, each user's in the order of the items, a minute after one another.
  private func ratings(changing: (row: Int, value: Float)? = nil, times: Bool = true)
    -> RatingColumns
  {
    var (owners, rated, values): ([UserIndex], [ItemIndex], [Float]) = ([], [], [])
    var timestamps: [Int64] = []
    for user in 0..<users {
      for item in 0..<items where (user * 3 + item) % 5 > 0 {
        if changing?.row == values.count {
          values.append(changing?.value ?? 0)
        } else {
          values.append(1 + Float((user * 7 + item * 11) % 9) / 2)
        }
        owners.append(UserIndex(user))
        rated.append(ItemIndex(item))
        timestamps.append(Int64(1_000_000_000 + user * 86_400 + item * 60))
      }
    }
    return RatingColumns(
      users: owners, items: rated, values: values, timestamps: times ? Timestamps(timestamps) : [])
  }

  private func context(_ columns: RatingColumns, rows: [Int32]? = nil) -> RatingContext {
    RatingContext(
      RatingSubset(columns, rows: rows), users: users, details: details, threads: 1)
  }

  private func stacking(_ columns: RatingColumns, threads: Int = 1, trees: Int = 20) -> Stacking {
    var options = StackOptions()
    options.folds = 3
    options.trees.trees = trees
    options.trees.leastRows = 5
    return Stacking(
      RatingSubset(columns), options: options, seed: 1, users: users, items: items,
      details: details, threads: threads)
  }

  @Test func theFeaturesAreThoseOfTheTable() {
    let columns = ratings()
    let context = context(columns)
    let offsets = BiasModel.offsets(
      in: RatingSubset(columns), users: users, items: items, threads: 1)
    // User 1 rated items 0, 1, 3, 4, … in this order.
    let time = columns.timestamps[8 + 3]
    let row = columns.items[8 + 3]
    #expect(columns.users[8 + 3] == UserIndex(1) && row == ItemIndex(4))
    let features = context.features(of: 4, by: 1, at: time)
    #expect(features.count == RatingContext.width)
    #expect(features[0] == Float(offsets.users[1]) && features[2] == 8)
    #expect(features[3] == Float(offsets.items[4]))
    #expect(features[5] == Float(columns.items.count { $0 == ItemIndex(4) }))
    #expect(features[6] == 1994)
    let days = Double(time) / 86_400
    #expect(features[8] == Float(days))
    #expect(abs(features[7] - Float(days / 365.2425 + 1970 - 1994)) < 1e-4)
    #expect(features[9] == 60 && features[10] == 3)
    #expect(features[11] == columns.values[8 + 2] && features[12] == columns.values[8 + 1])
    let mean = [0, 1, 3].reduce(0.0) { $0 + offsets.items[$1] } / 3
    #expect(abs(features[13] - Float(mean)) < 1e-6)
  }

  @Test func deviationsAreThoseOfTheResiduals() {
    let columns = ratings()
    let offsets = BiasModel.offsets(
      in: RatingSubset(columns), users: users, items: items, threads: 1)
    var (own, all): ([Double], [Double]) = ([], [])
    for row in 0..<columns.count {
      let (user, item) = (columns.users[row].position, columns.items[row].position)
      let residual =
        Double(columns.values[row]) - offsets.mean - offsets.users[user] - offsets.items[item]
      all.append(residual * residual)
      if user == 2 { own.append(residual * residual) }
    }
    let variance = all.reduce(0, +) / Double(all.count)
    let expected = (own.reduce(0, +) + 5 * variance) / Double(own.count + 5)
    let found = context(columns).features(of: 0, by: 2, at: nil)[1]
    #expect(abs(Double(found) - expected.squareRoot()) < 1e-5)
  }

  @Test func whatIsNotKnownIsMissing() {
    let missing = RatingContext.missing
    let columns = ratings()
    let first = context(columns).features(of: 3, by: 1, at: 0)
    #expect(first[6] == missing && first[7] == missing, "a title without a year")
    #expect(Array(first[9...]) == [missing, 0, missing, missing, missing])
    let timeless = context(ratings(times: false)).features(of: 0, by: 1, at: nil)
    #expect(timeless[7...].allSatisfy { $0 == missing })
  }

  @Test func withoutATimeTheNewestRowsCounts() {
    let columns = ratings()
    let context = context(columns)
    let newest = columns.timestamps[columns.count - 1]
    #expect(context.asOf == newest)
    #expect(context.features(of: 2, by: 5, at: nil) == context.features(of: 2, by: 5, at: newest))
    let known = context.knownFeatures(of: 5)
    let all = context.features(of: 2, by: 5, at: nil)
    let open = context.itemFeatures(of: 2)
    #expect(zip(known, all).allSatisfy { $0 == nil || $0 == $1 })
    #expect(known.enumerated().filter { $1 == nil }.map { all[$0.offset] } == open)
  }

  /// The features that the trees learn a row's rating from do not change with that rating.
  @Test func noFeatureOfATrainingRowKnowsItsRating() {
    let stacking = stacking(ratings())
    func features(_ columns: RatingColumns) -> [[Float]] {
      let parts = (0..<3).map { context(columns, rows: stacking.fold($0).trained.rows) }
      let all = context(columns).trainingFeatures(RatingSubset(columns), parts: parts) { $0 % 3 }
      return (0..<columns.count).map { row in
        Array(all[row * RatingContext.width..<(row + 1) * RatingContext.width])
      }
    }
    let before = features(ratings())
    for row in 0..<before.count {
      let after = features(ratings(changing: (row, 9)))
      #expect(after[row] == before[row])
      #expect(after != before)
    }
    // The numbers of ratings are of the others, in all folds.
    #expect(before[0][2] == 7)
  }

  @Test func foldsPartTheRows() {
    let columns = ratings()
    let stacking = stacking(columns)
    var seen: [Int32] = []
    for fold in 0..<3 {
      let (predicted, trained) = stacking.fold(fold)
      let (out, others) = (predicted.rows ?? [], trained.rows ?? [])
      #expect(Set(out).isDisjoint(with: others) && out.count + others.count == columns.count)
      seen += out
    }
    #expect(seen.sorted() == (0..<Int32(columns.count)).map { $0 })
    let parts = (0..<3).map { (stacking.fold($0).predicted.rows ?? []).map { Float($0) } }
    #expect(stacking.joined(parts) == (0..<columns.count).map { Float($0) })
  }

  private func stack(
    _ columns: RatingColumns, threads: Int = 1,
    scale: RatingScale = RatingScale(minimum: 1, maximum: 5)
  ) -> any RatingPredictor {
    let stacking = stacking(columns, threads: threads)
    func bias(_ rows: RatingSubset) -> FactorModel {
      BiasModel.fit(rows, users: users, items: items, scale: scale)
    }
    let parts = (0..<3).map { fold in
      let (predicted, trained) = stacking.fold(fold)
      return bias(trained).predictions(
        of: columns.selecting(predicted.rows ?? []), threads: 1
      ).ratings
    }
    let outOfFold = stacking.joined(parts)
    let model = bias(RatingSubset(columns))
    return stacking.model(
      of: [model, model], predictions: [outOfFold, outOfFold.map { $0 + 0.25 }])
  }

  @Test func aStackIsItsFirstModelAndTheTrees() throws {
    let columns = ratings()
    let stack = try #require(stack(columns) as? StackModel)
    let first = stack.models.models[0]
    let predictions = stack.predictions(of: columns, threads: 2).ratings
    #expect(predictions.count == columns.count)
    for row in 0..<columns.count {
      let (user, item) = (columns.users[row], columns.items[row])
      let rating = first.predictedRating(of: item, by: user)
      let features = stack.context.features(
        of: item.position, by: user.position, at: columns.timestamps[row])
      #expect(predictions[row] == rating + 4 * stack.trees.sum([rating, 0] + features))
    }
    #expect(predictions != first.predictions(of: columns, threads: 1).ratings)
  }

  @Test func scalesOfAnySizeAreStacked() throws {
    let columns = ratings()
    for factor in [Float(0), 1e-4, 1e9] {
      let scaled = RatingColumns(
        users: columns.users, items: columns.items, values: columns.values.map { $0 * factor },
        timestamps: columns.timestamps)
      let stack = stack(scaled, scale: RatingScale(minimum: factor, maximum: 5 * factor))
      let ratings = stack.predictions(of: columns, threads: 1).ratings
      let expected = self.stack(columns).predictions(of: columns, threads: 1).ratings
      for row in 0..<columns.count {
        #expect(abs(ratings[row] - factor * expected[row]) <= factor * 0.5)
      }
    }
  }

  @Test func keysAreRatingsAsOfTheNewestRow() throws {
    let stack = try #require(stack(ratings()) as? StackModel)
    let all = (0..<UInt32(items)).map { $0 }
    for user in 0..<users {
      let keys = stack.rankingKeys(by: UserIndex(user), of: all)
      for item in 0..<items {
        let pair = RatingColumns(
          users: [UserIndex(user)], items: [ItemIndex(item)], values: [.nan])
        let rating = stack.predictions(of: pair, threads: 1).ratings[0]
        #expect(keys[item] == rating - stack.configuration.trainMean)
        #expect(
          keys[item].bitPattern
            == stack.rankingKey(of: ItemIndex(item), by: UserIndex(user)).bitPattern)
      }
    }
  }

  @Test func tensorsMakeTheSameStack() throws {
    let columns = ratings()
    let stack = stack(columns)
    #expect(stack.tensorShapes == stack.tensors.map { TensorShape(name: $0.name, shape: $0.shape) })
    let restored = try ModelRestoration.model(
      stack.configuration, tensors: stack.tensors, trainingCounts: stack.trainingCounts)
    #expect(restored.configuration == stack.configuration && restored.tensors == stack.tensors)
    let all = (0..<UInt32(items)).map { $0 }
    for user in 0..<users {
      #expect(
        restored.rankingKeys(by: UserIndex(user), of: all)
          == stack.rankingKeys(by: UserIndex(user), of: all))
    }
  }

  @Test func tensorsThatAreNoTreesAreRefused() {
    let stack = stack(ratings())
    var tensors = stack.tensors
    tensors.removeAll { $0.name == "stack_roots" }
    tensors.append(NamedTensor(name: "stack_roots", shape: [1], values: [1e6]))
    #expect(throws: ModelError.outOfRange(name: "stack_trees", index: 0)) {
      _ = try ModelRestoration.model(
        stack.configuration, tensors: tensors, trainingCounts: stack.trainingCounts)
    }
  }

  @Test(arguments: [2, 5])
  func threadsDoNotMatter(threads: Int) {
    #expect(stack(ratings(), threads: threads).tensors == stack(ratings()).tensors)
  }
}
