import Synchronization

/// Waits that are noted and not waited.
final class RecordedSleep: Sendable {
  private let log = Mutex<[Duration]>([])

  var durations: [Duration] { log.withLock { $0 } }

  func callAsFunction(_ duration: Duration) {
    log.withLock { $0.append(duration) }
  }
}
