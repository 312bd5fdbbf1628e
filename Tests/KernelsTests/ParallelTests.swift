import Kernels
import Synchronization
import Testing

@Suite struct ParallelTests {
  @Test(arguments: [0, 1, 2, 5, 64], [1, 2, 3, 100])
  func visitsEachNumberOnce(count: Int, threads: Int) {
    let visits = Mutex([Int](repeating: 0, count: count))
    Parallel.forEach(count, threads: threads) { number in
      visits.withLock { $0[number] += 1 }
    }
    #expect(visits.withLock { $0 } == [Int](repeating: 1, count: count))
  }

  @Test(arguments: [1, 2, 5])
  func keepsTheOrderOfTheNumbers(threads: Int) {
    #expect(Parallel.map(100, threads: threads) { $0 * $0 } == (0..<100).map { $0 * $0 })
  }

  @Test(arguments: [1, 2, 5])
  func changesEachElementOnce(threads: Int) {
    var elements = (0..<40).map { [$0] }
    Parallel.update(&elements, threads: threads) { $0.append(7) }
    #expect(elements == (0..<40).map { [$0, 7] })
  }

  @Test func takesNoMoreThreadsThanAsked() {
    let running = Mutex(0)
    let most = Mutex(0)
    Parallel.forEach(200, threads: 2) { _ in
      let now = running.withLock { running in
        running += 1
        return running
      }
      most.withLock { $0 = max($0, now) }
      running.withLock { $0 -= 1 }
    }
    #expect(most.withLock { $0 } <= 2)
  }
}
