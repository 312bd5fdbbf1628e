import Kernels
import Ratings

/// Makes ratings in the shape of MovieLens' from a seed.
///
/// How many ratings users have is log-normal above the fewest; how often items are rated follows
/// Zipf's law as Mandelbrot shifted it, (k + items/75)^−2.25 for the k-th, which fits MovieLens 20M.
/// A user rates no item twice. Each user is a pure function of seed, shape and number, so that users
/// can be made in any order and on any thread.
struct RatingsGenerator: Sendable {
  /// The name of the sequence that is drawn from, and the epoch of its numbers.
  private enum Purpose: UInt32 {
    case activity, user, items, itemOrder, itemNumbers, titles
  }

  private static let activityDeviation = 1.2
  private static let popularityExponent = 2.25
  private static let oldestTimestamp: Int64 = 820_454_400  // 1996-01-01
  private static let timestampRange: UInt32 = 604_713_600  // to 2015-03-01

  /// The size of the dataset.
  let shape: DatasetShape
  /// The raw id of each item, rising.
  let itemNumbers: [Int32]
  private let generator: CounterBasedGenerator
  private let model: PlantedModel
  private let popularity: AliasTable
  private let itemByRank: [Int32]
  private let counts: [Int32]

  /// Plants the model and deals out the ratings.
  ///
  /// - Precondition: The shape has no fault.
  init(shape: DatasetShape, seed: UInt32) {
    precondition(shape.fault == nil, "a dataset of this shape cannot be made")
    self.shape = shape
    let generator = CounterBasedGenerator(seed: seed, stream: .generation)
    self.generator = generator
    var words = generator.sequence(epoch: Purpose.items.rawValue)
    model = PlantedModel(items: shape.items, words: &words)
    let shift = Double(shape.items) / 75
    popularity = AliasTable(
      weights: (1...shape.items).map {
        Activations.exponential(
          -Self.popularityExponent * Activations.logarithm(Double($0) + shift))
      })
    itemByRank = generator.permutation(of: shape.items, epoch: Purpose.itemOrder.rawValue)
    var gaps = generator.sequence(epoch: Purpose.itemNumbers.rawValue)
    var number: Int32 = 0
    itemNumbers = (0..<shape.items).map { _ in
      number += 1 + Int32(gaps.nextWord() >> 29)
      return number
    }
    counts = Self.counts(shape, generator.sequence(epoch: Purpose.activity.rawValue))
  }

  /// The users in order, so many at a time.
  func pieces(ofUsers count: Int) -> [Range<Int>] {
    stride(from: 0, to: shape.users, by: count).map { $0..<min($0 + count, shape.users) }
  }

  /// Returns the ratings of some users, one user after the other, each user's in order of time.
  func ratings(ofUsers users: Range<Int>) -> GeneratedRatings {
    var result = GeneratedRatings(users: users)
    var lastRater = [Int32](repeating: -1, count: shape.items)
    for user in users { append(user, to: &result, lastRater: &lastRater) }
    return result
  }

  /// Random words for the title of an item.
  func titleWords(of item: Int) -> CounterBasedGenerator.Words {
    generator.words(epoch: Purpose.titles.rawValue, position: UInt64(item), unit: 0)
  }

  private func append(
    _ user: Int, to result: inout GeneratedRatings, lastRater: inout [Int32]
  ) {
    var words = generator.sequence(epoch: Purpose.user.rawValue, unit: UInt32(user))
    var normal = NormalDistribution()
    let terms = PlantedModel.userTerms(&normal, &words)
    var timestamp =
      Self.oldestTimestamp
      + Int64(words.nextWord().multipliedFullWidth(by: Self.timestampRange).high)
    for _ in 0..<counts[user] {
      var item = 0
      repeat {
        item = Int(itemByRank[popularity.next(&words)])
      } while lastRater[item] == Int32(user)
      lastRater[item] = Int32(user)
      timestamp += 1 + Int64(words.nextWord() >> 25)
      result.append(
        item: Int32(item), planted: model.rating(of: item, by: terms),
        noise: PlantedModel.noiseDeviation * normal.next(&words), timestamp: timestamp)
    }
    result.counts.append(counts[user])
  }

  /// How many ratings each user has; the sum is that of the shape.
  private static func counts(_ shape: DatasetShape, _ sequence: CounterBasedSequence) -> [Int32] {
    var words = sequence
    var normal = NormalDistribution()
    let fewest = min(DatasetShape.fewestRatings, shape.ratings / shape.users, shape.mostRatings)
    let activities = (0..<shape.users).map { _ in
      Activations.exponential(activityDeviation * normal.next(&words))
    }
    let share =
      Double(shape.ratings - fewest * shape.users) / activities.reduce(0, +)
    var counts = activities.map { Int32(min(fewest + Int($0 * share), shape.mostRatings)) }
    // What rounding and the limit have left goes to those who have room, one by one.
    var rest = shape.ratings - counts.reduce(0) { $0 + Int($1) }
    while rest > 0 {
      for user in counts.indices where rest > 0 && counts[user] < shape.mostRatings {
        counts[user] += 1
        rest -= 1
      }
    }
    return counts
  }
}
