import Dispatch
import Synchronization

/// Work that several threads share.
///
/// Results never depend on the number of threads: a piece of work is a pure function of its number,
/// or the caller orders the pieces that are not.
public enum Parallel {
  /// Calls `body` once with each number below `count` and returns when all calls have.
  ///
  /// At most `threads` calls run at the same time; each thread takes the lowest number that is left.
  /// The calling thread takes part, so that one thread costs nothing and a busy machine cannot block.
  public static func forEach(_ count: Int, threads: Int, _ body: @Sendable (Int) -> Void) {
    let workers = min(threads, count)
    guard workers > 1 else {
      for number in 0..<max(count, 0) { body(number) }
      return
    }
    let next = Atomic(0)
    DispatchQueue.concurrentPerform(iterations: workers) { _ in
      while true {
        let number = next.wrappingAdd(1, ordering: .relaxed).oldValue
        guard number < count else { return }
        body(number)
      }
    }
  }

  /// Calls `body` once with each element, which it may change, and returns when all calls have.
  public static func update<Element: Sendable>(
    _ elements: inout [Element], threads: Int, _ body: @Sendable (inout Element) -> Void
  ) {
    unsafe elements.withUnsafeMutableBufferPointer { buffer in
      // Safety: each element is changed by one thread, and all are done when this ends.
      nonisolated(unsafe) let elements = unsafe buffer
      unsafe forEach(elements.count, threads: threads) { unsafe body(&elements[$0]) }
    }
  }

  /// Returns what `body` makes of each number below `count`, in the order of the numbers.
  public static func map<Value: Sendable>(
    _ count: Int, threads: Int, _ body: @Sendable (Int) -> Value
  ) -> [Value] {
    let values = Mutex([Value?](repeating: nil, count: max(count, 0)))
    forEach(count, threads: threads) { number in
      let value = body(number)
      values.withLock { $0[number] = value }
    }
    return values.withLock { $0.compactMap(\.self) }
  }
}
