import Ratings
import Testing

@testable import Recommenders

struct BiasModelTests {
  private let ratings = RatingColumns(
    users: [0, 0, 1, 1, 2].map { UserIndex($0) }, items: [0, 1, 0, 2, 1].map { ItemIndex($0) },
    values: [5, 3, 4, 2, 1])

  @Test func offsetsAreThoseOfThePlainSweeps() {
    let model = BiasModel.fit(
      RatingSubset(ratings), users: 4, items: 4, scale: RatingScale(minimum: 1, maximum: 5))
    let mean = 3.0
    var (users, items) = ([Double](repeating: 0, count: 4), [Double](repeating: 0, count: 4))
    for _ in 0..<15 {
      for item in 0..<4 {
        let rows = (0..<5).filter { ratings.items[$0].position == item }
        let sum = rows.reduce(0.0) {
          $0 + Double(ratings.values[$1]) - mean - users[ratings.users[$1].position]
        }
        items[item] = sum / (Double(rows.count) + 2)
      }
      for user in 0..<4 {
        let rows = (0..<5).filter { ratings.users[$0].position == user }
        let sum = rows.reduce(0.0) {
          $0 + Double(ratings.values[$1]) - mean - items[ratings.items[$1].position]
        }
        users[user] = sum / (Double(rows.count) + 2)
      }
    }
    for user in 0..<4 {
      for item in 0..<4 {
        let rating = model.predictedRating(of: ItemIndex(item), by: UserIndex(user))
        #expect(abs(Double(rating) - (mean + users[user] + items[item])) < 1e-6)
      }
    }
    #expect(users[3] == 0 && items[3] == 0)
  }

  @Test(arguments: [(0, 8, 1), (65_535, 8, 1), (65_536, 8, 2), (1 << 20, 8, 8), (1 << 20, 0, 1)])
  func fewRatingsAreDividedIntoFewParts(ratings: Int, threads: Int, parts: Int) {
    #expect(RatingGroups.partCount(ratings: ratings, threads: threads) == parts)
  }

  /// The sums of rows in their order, in one loop over all of them; the rows are enough for three
  /// parts.
  @Test func sumsAreThoseOfTheRowsInOrderForAnyNumberOfThreads() {
    let (count, users, items) = (210_000, 90, 40)
    var words = CounterBasedGenerator(seed: 8, stream: .generation).sequence(epoch: 0)
    let columns = RatingColumns(
      users: (0..<count).map { _ in UserIndex(Int(words.nextWord()) % (users - 1)) },
      items: (0..<count).map { _ in ItemIndex(Int(words.nextWord()) % (items - 1)) },
      values: (0..<count).map { _ in Float(words.nextWord() % 1_000) / 7 })
    let rows = (0..<count).filter { $0 % 3 != 1 }
    #expect(RatingGroups.partCount(ratings: rows.count, threads: 5) == 3)
    var mean = 0.0
    for row in rows { mean += Double(columns.values[row]) }
    mean /= Double(rows.count)
    var userOffsets = [Double](repeating: 0, count: users)
    var itemOffsets = [Double](repeating: 0, count: items)
    for _ in 0..<BiasModel.sweeps {
      var (sums, counts) = ([Double](repeating: 0, count: items), [Int](repeating: 0, count: items))
      for row in rows {
        let (user, item) = (columns.users[row].position, columns.items[row].position)
        sums[item] += Double(columns.values[row]) - mean - userOffsets[user]
        counts[item] += 1
      }
      itemOffsets = zip(sums, counts).map { $0 / (Double($1) + BiasModel.damping) }
      (sums, counts) = ([Double](repeating: 0, count: users), [Int](repeating: 0, count: users))
      for row in rows {
        let (user, item) = (columns.users[row].position, columns.items[row].position)
        sums[user] += Double(columns.values[row]) - mean - itemOffsets[item]
        counts[user] += 1
      }
      userOffsets = zip(sums, counts).map { $0 / (Double($1) + BiasModel.damping) }
    }
    let subset = RatingSubset(columns, rows: rows.map { Int32($0) })
    for threads in [1, 2, 5] {
      let model = BiasModel.fit(
        subset, users: users, items: items, scale: RatingScale(minimum: 0, maximum: 143),
        threads: threads)
      let tensors = Dictionary(uniqueKeysWithValues: model.tensors.map { ($0.name, $0.values) })
      #expect(tensors["user_bias"] == userOffsets.map { Float($0) })
      #expect(tensors["item_bias"] == itemOffsets.map { Float($0) })
      #expect(model.configuration.trainMean == Float(mean))
      #expect(
        model.trainingCounts
          == TrainingCounts(
            columns.selecting(rows.map { Int32($0) }), users: users, items: items))
    }
  }

  @Test func ofNothingPredictsZero() {
    let model = BiasModel.fit(
      RatingSubset(ratings, rows: []), users: 1, items: 1,
      scale: RatingScale(minimum: 0, maximum: 0))
    #expect(model.predictedRating(of: ItemIndex(0), by: UserIndex(0)) == 0)
  }
}
