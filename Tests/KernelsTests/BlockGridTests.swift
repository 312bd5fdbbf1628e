import Kernels
import Testing

@Suite struct BlockGridTests {
  @Test(arguments: [(1, 1), (3, 2), (4, 4), (64, 16)], [0, 1, 5, 4_000])
  func everyRatingIsInTheBlockOfItsRows(shape: (Int, Int), count: Int) {
    let ratings = PlantedRatings(users: 50, items: 37, count: count)
    let grid = ratings.grid(shape.0, shape.1)
    #expect(grid.count == count)
    var found: [BlockRating] = []
    let (users, items) = ((50 + shape.0 - 1) / shape.0, (37 + shape.1 - 1) / shape.1)
    for user in 0..<shape.0 {
      for item in 0..<shape.1 {
        let block = grid.block(user: user, item: item).ratings
        #expect(
          block.allSatisfy { Int($0.user) / users == user && Int($0.item) / items == item })
        found += block
      }
    }
    func sorted(_ ratings: [BlockRating]) -> [[Float]] {
      ratings.map { [Float($0.user), Float($0.item), $0.value] }
        .sorted { $0.lexicographicallyPrecedes($1) }
    }
    #expect(sorted(found) == sorted(ratings.ratings))
  }

  @Test func noUserIsInTwoStreams() {
    let grid = PlantedRatings(users: 90, items: 20, count: 3_000).grid(3, 2)
    for user in 0..<3 {
      for item in 0..<2 {
        let (ratings, quads) = grid.block(user: user, item: item)
        #expect(4 * quads > ratings.count / 2)
        var streamOfUser: [UInt32: Int] = [:]
        for (place, rating) in ratings.prefix(4 * quads).enumerated() {
          #expect(streamOfUser[rating.user] ?? place % 8 == place % 8)
          streamOfUser[rating.user] = place % 8
        }
      }
    }
  }

  @Test func aStreamHasEachUsersRatingsTogetherAndInOrder() {
    let grid = BlockGrid(
      userBlocks: 1, itemBlocks: 1, users: 8, items: 3, count: 24, threads: 1
    ) { range, ratings in
      for row in range {
        ratings.append(
          BlockRating(user: UInt32(row % 8), item: UInt32(row / 8), value: Float(row)))
      }
    }
    let (ratings, quads) = grid.block(user: 0, item: 0)
    #expect(quads == 6)
    #expect(ratings.map(\.value) == (0..<24).map { Float($0) })
  }

  @Test(arguments: [1, 2, 5])
  func doesNotDependOnTheNumberOfThreads(threads: Int) {
    let ratings = PlantedRatings(users: 500, items: 300, count: 150_000)
    let (one, other) = (ratings.grid(8, 4), ratings.grid(8, 4, threads: threads))
    for user in 0..<8 {
      for item in 0..<4 {
        #expect(one.block(user: user, item: item) == other.block(user: user, item: item))
      }
    }
  }
}

/// Ratings without a pattern, popular users and items among them.
struct PlantedRatings {
  let users: Int
  let items: Int
  let ratings: [BlockRating]

  init(users: Int, items: Int, count: Int) {
    self.users = users
    self.items = items
    let numbers = ScalarReference.numbers(3 * count, seed: 11)
    ratings = (0..<count).map { row in
      let (x, y) = (abs(numbers[3 * row]), abs(numbers[3 * row + 1]))
      return BlockRating(
        user: UInt32(Float(users - 1) * x * x), item: UInt32(Float(items - 1) * y * y),
        value: (numbers[3 * row + 2] * 4).rounded() / 2 + 3)
    }
  }

  func grid(_ userBlocks: Int, _ itemBlocks: Int, threads: Int = 1) -> BlockGrid {
    BlockGrid(
      userBlocks: userBlocks, itemBlocks: itemBlocks, users: users, items: items,
      count: ratings.count, threads: threads
    ) { range, block in block += ratings[range] }
  }
}
