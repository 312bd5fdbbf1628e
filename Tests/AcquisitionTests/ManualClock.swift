import Acquisition
import Synchronization

/// A clock that notes the waits and goes on by them, at once.
final class ManualClock: Sendable {
  /// 2026-11-23 02:00:00 UTC.
  static let start = 1_795_399_200.0

  private let log = Mutex<[Duration]>([])

  /// The waits so far.
  var waits: [Duration] { log.withLock { $0 } }

  /// The waits so far in seconds.
  var seconds: [Double] { waits.map { $0 / .seconds(1) } }

  private var elapsed: Duration { waits.reduce(.zero, +) }

  /// The clock as a fetch takes it; each jitter is `chance`.
  func fetchClock(chance: Double = 0.5) -> FetchClock {
    FetchClock(
      sleep: { wait in self.log.withLock { $0.append(wait) } }, elapsed: { self.elapsed },
      secondsSince1970: { Self.start + self.elapsed / .seconds(1) }, chance: { chance })
  }
}
