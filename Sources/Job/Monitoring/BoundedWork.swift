import Foundation
import Synchronization

/// Work that may block for long, on a thread of its own, and that is not waited for beyond a time.
///
/// Neither the work nor the end of the time needs a thread of the pool, all of which training may use.
final class BoundedWork<Value: Sendable>: Sendable {
  private struct State {
    var value: Value?
    var waiting: CheckedContinuation<Value?, Never>?
  }

  private let state = Mutex(State())

  /// Starts the work.
  init(_ body: @escaping @Sendable () -> Value) {
    Thread.detachNewThread { self.end(body()) }
  }

  /// The result of the work, or `nil` if it is not there in so many seconds from now.
  ///
  /// Work that is late goes on until it or the process ends.
  func value(within seconds: Double) async -> Value? {
    await withCheckedContinuation { continuation in
      let value: Value? = state.withLock { state in
        if state.value == nil { state.waiting = continuation }
        return state.value
      }
      if let value {
        continuation.resume(returning: value)
        return
      }
      Thread.detachNewThread {
        Thread.sleep(forTimeInterval: seconds)
        self.end(nil)
      }
    }
  }

  private func end(_ value: Value?) {
    let waiting = state.withLock { state in
      state.value = value ?? state.value
      return state.waiting.take()
    }
    waiting?.resume(returning: value)
  }
}
