import Acquisition
import Synchronization

/// What a fetch told of its progress.
final class ProgressLog: Sendable {
  private let log = Mutex<[FetchProgress]>([])

  var all: [FetchProgress] { log.withLock { $0 } }

  func add(_ progress: FetchProgress) {
    log.withLock { $0.append(progress) }
  }
}
