import Kernels
import Ratings
import Testing

@testable import Recommenders

struct KeyMemoryTests {
  @Test func whatIsKnownIsNotComputedAgain() {
    let memory = KeyMemory(items: 6)
    var computed: [[UInt32]] = []
    func keys(_ items: [UInt32], user: Int) -> [Float] {
      memory.keys(of: items, by: UserIndex(user)) { missing in
        computed.append(missing)
        return missing.map { Float($0) + 10 * Float(user) }
      }
    }
    #expect(keys([0, 2, 3, 5], user: 1) == [10, 12, 13, 15])
    #expect(keys([5, 0, 3], user: 1) == [15, 10, 13])
    #expect(computed == [[0, 2, 3, 5]])
    // One that is not known, and another user.
    #expect(keys([2, 4], user: 1) == [12, 14])
    #expect(keys([2, 4, 5], user: 1) == [12, 14, 15])
    #expect(keys([2], user: 0) == [2])
    #expect(computed == [[0, 2, 3, 5], [4], [2]])
  }

  @Test func moreUsersThanThereIsRoomForAreComputedEachTime() {
    let memory = KeyMemory(items: 3, room: 2 * 3 * 4)
    var computed: [Int] = []
    for _ in 0..<2 {
      for user in 0..<3 {
        let keys = memory.keys(of: [1], by: UserIndex(user)) { _ in
          computed.append(user)
          return [Float(user)]
        }
        #expect(keys == [Float(user)])
      }
    }
    #expect(computed == [0, 1, 2, 2])
    #expect(KeyMemory.bytes(users: 3, items: 5) == 60)
    #expect(KeyMemory.bytes(users: 1 << 20, items: 1 << 20) == KeyMemory.room)
  }

  @Test func aKeyThatIsNotANumberIsComputedEachTime() {
    let memory = KeyMemory(items: 1)
    var count = 0
    for _ in 0..<2 {
      let keys = memory.keys(of: [0], by: UserIndex(0)) { _ in
        count += 1
        return [.nan]
      }
      #expect(keys[0].isNaN)
    }
    #expect(count == 2)
  }

  @Test func listsAreTheSameWithAndWithoutIt() {
    let counts: [Int32] = [5, 4, 3, 2, 1]
    let model = RelevanceBlendTests.model([0.25, -1, 0.5, 1.5, 0], counts: counts)
    let blend = RelevanceBlend(
      RelevanceBlendTests.model([1, 2, 3, 4, 0], counts: counts), weights: BlendWeights())
    let memory = KeyMemory(items: 5)
    func lists(
      excluding rated: [(Int, Int)], _ memory: KeyMemory?
    ) -> [RecommendationList] {
      TopNRecommender(
        model: model,
        excluding: InteractionMatrix(
          users: 2,
          columns: RatingColumns(
            users: rated.map { UserIndex($0.0) }, items: rated.map { ItemIndex($0.1) },
            values: rated.map { _ in 3 })),
        candidates: [true, true, true, true, false], k: 2,
        order: ListOrder(.relevance(blend)), memory: memory
      ).recommend(0..<2)
    }
    for rated in [[(0, 1)], [(0, 1), (0, 3), (1, 0)]] {
      #expect(lists(excluding: rated, memory) == lists(excluding: rated, nil))
    }
  }

  @Test func threadsShareIt() {
    let memory = KeyMemory(items: 50)
    let sums = Parallel.map(200, threads: 4) { number in
      memory.keys(of: [UInt32(number % 50), 7], by: UserIndex(number % 3)) { $0.map { Float($0) } }
        .reduce(0, +)
    }
    #expect(sums == (0..<200).map { Float($0 % 50 + 7) })
  }
}
