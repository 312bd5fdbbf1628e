internal import CKernels
import Dispatch
import Synchronization

/// Threads that stand ready for many short pieces of work, a few microseconds each.
///
/// Waking a thread costs as much as such a piece, so the threads of a team wait on the processor: for
/// a moment in a loop, then letting others run. They start with the first work that can be divided
/// and end with the team. The calling thread takes part in all work and could do it alone, so a
/// machine whose other processors are busy only makes it slower.
///
/// As with ``Parallel``, results do not depend on the number of threads as long as a piece is a pure
/// function of its number. A team serves one caller at a time.
public final class WorkTeam: Sendable {
  /// The most threads that work at the same time, the calling one included.
  public let threads: Int
  private let board = Board()
  private let hasStarted = Atomic(false)

  /// Gathers a team of at least one thread.
  public init(threads: Int) {
    self.threads = max(threads, 1)
  }

  deinit { board.isOver.store(true, ordering: .relaxed) }

  /// Calls `body` once with each number below `count` and returns when all calls have.
  ///
  /// The numbers are taken in ascending order, so that a call may wait for one with a lower number.
  public func forEach(_ count: Int, _ body: @Sendable (Int) -> Void) {
    if count == 1 {
      body(0)
    } else {
      forEach(count, body, meanwhile: {})
    }
  }

  /// Calls `body` as ``forEach(_:_:)`` does, and returns the value of `meanwhile`.
  ///
  /// The calling thread first does `meanwhile`, then takes part.
  ///
  /// - Precondition: `meanwhile` does not use the team.
  public func forEach<Value>(
    _ count: Int, _ body: @Sendable (Int) -> Void, meanwhile: () -> Value
  ) -> Value {
    guard threads > 1, count > 0 else {
      let value = meanwhile()
      for number in 0..<max(count, 0) { body(number) }
      return value
    }
    start()
    return withoutActuallyEscaping(body) { board.run(count, $0, meanwhile) }
  }

  private func start() {
    guard !hasStarted.exchange(true, ordering: .relaxed) else { return }
    for _ in 1..<threads {
      DispatchQueue.global().async { [board] in board.serve() }
    }
  }

  /// What the threads of a team share.
  private final class Board: Sendable {
    /// The number of pieces in the upper half, and in the lower the number of those that are taken.
    private let pieces = Atomic<UInt64>(0)
    private let finished = Atomic(0)
    let isOver = Atomic(false)
    // Safety: written by the caller of the team while no piece is left, before it publishes the next
    // ones, and read by threads that took one of them, which the caller waits for.
    private nonisolated(unsafe) var body: (@Sendable (Int) -> Void)?

    func run<Value>(
      _ count: Int, _ body: @escaping @Sendable (Int) -> Void, _ meanwhile: () -> Value
    ) -> Value {
      unsafe self.body = body
      finished.store(0, ordering: .relaxed)
      pieces.store(UInt64(count) << 32, ordering: .releasing)
      let value = meanwhile()
      _ = takePieces()
      var times: UInt32 = 0
      while finished.load(ordering: .acquiring) < count {
        rk_wait(times)
        times &+= 1
      }
      unsafe self.body = nil
      return value
    }

    func serve() {
      var times: UInt32 = 0
      while !isOver.load(ordering: .relaxed) {
        if takePieces() {
          times = 0
        } else {
          rk_wait(times)
          times = min(times + 1, 1_000_000)
        }
      }
    }

    /// Does pieces until none is left to be taken, and says whether there was any.
    private func takePieces() -> Bool {
      var hasWorked = false
      while let number = take() {
        call(number)
        finished.wrappingAdd(1, ordering: .releasing)
        hasWorked = true
      }
      return hasWorked
    }

    /// Takes the next piece. Whoever succeeds took it from the work that is published now: that
    /// cannot end before the piece has.
    private func take() -> Int? {
      var seen = pieces.load(ordering: .acquiring)
      while seen & 0xFFFF_FFFF < seen >> 32 {
        let (exchanged, original) = pieces.compareExchange(
          expected: seen, desired: seen + 1, ordering: .acquiring)
        if exchanged { return Int(seen & 0xFFFF_FFFF) }
        seen = original
      }
      return nil
    }

    // Not inlined, so that no thread holds the closure any more when it reports the piece finished.
    @inline(never)
    private func call(_ number: Int) {
      unsafe body?(number)
    }
  }
}
