import Kernels
import Synchronization
import Testing

@Suite struct WorkTeamTests {
  @Test(arguments: [0, 1, 2, 5, 64], [1, 2, 3, 40])
  func visitsEachNumberOnceInEveryRound(count: Int, threads: Int) {
    let team = WorkTeam(threads: threads)
    let visits = Mutex([Int](repeating: 0, count: count))
    for _ in 0..<50 {
      team.forEach(count) { number in visits.withLock { $0[number] += 1 } }
    }
    #expect(visits.withLock { $0 } == [Int](repeating: 50, count: count))
  }

  @Test(arguments: [1, 2, 5])
  func doesItsOwnWorkFirstAndReturnsWhenAllIsDone(threads: Int) {
    let team = WorkTeam(threads: threads)
    let done = Atomic(0)
    var own = 0
    for round in 1...50 {
      let value = team.forEach(3) { _ in
        done.wrappingAdd(1, ordering: .relaxed)
      } meanwhile: {
        own += 1
        return round
      }
      #expect(value == round)
      #expect(done.load(ordering: .relaxed) == 3 * round)
    }
    #expect(own == 50)
  }

  @Test func aPieceMayWaitForOneBeforeIt() {
    let team = WorkTeam(threads: 3)
    let turn = Atomic(0)
    team.forEach(100) { number in
      while turn.load(ordering: .acquiring) < number {}
      turn.store(number + 1, ordering: .releasing)
    }
    #expect(turn.load(ordering: .relaxed) == 100)
  }
}
