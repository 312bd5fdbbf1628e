import Logging

/// Runs the stages one after the other: times them, logs them, gives their failures the stage.
struct StageClock {
  private(set) var stages: [StageSeconds] = []
  private(set) var warnings: [String] = []
  private let logger: Logger
  private let observer: RunObserver?
  private let interruption: Interruption?
  private let progress: RunProgress?
  private let start = ContinuousClock.now

  /// Starts the clock of a run that `interruption` may end before any stage.
  init(
    logger: Logger, observer: RunObserver? = nil, interruption: Interruption? = nil,
    progress: RunProgress? = nil
  ) {
    self.progress = progress
    self.logger = logger
    self.observer = observer
    self.interruption = interruption
  }

  /// The seconds since the clock was made.
  var total: Double { Self.seconds(ContinuousClock.now - start) }

  /// Runs a stage, or one more part of it.
  mutating func run<Result: ~Copyable>(
    _ stage: Stage, _ body: () async throws -> Result
  ) async throws(JobError) -> Result {
    let begin = ContinuousClock.now
    progress?.begin(stage)
    let result: Result
    do {
      if let signal = interruption?.signal {
        throw Interrupted(signal: signal, leavesCheckpoint: false)
      }
      result = try await body()
    } catch {
      let error = JobError(stage: stage, cause: error)
      _ = add(begin, to: error.stage, failed: true)
      throw error
    }
    let seconds = add(begin, to: stage, failed: false)
    logger.debug(
      "Stage finished",
      metadata: ["stage.name": "\(stage.rawValue)", "stage.seconds": .number(seconds)])
    return result
  }

  /// Adds the time since an instant to a stage and returns it, in seconds.
  private mutating func add(
    _ begin: ContinuousClock.Instant, to stage: Stage, failed: Bool
  ) -> Double {
    let seconds = Self.seconds(ContinuousClock.now - begin)
    if let last = stages.last, last.stage == stage {
      stages[stages.count - 1] = StageSeconds(stage: stage, seconds: last.seconds + seconds)
    } else {
      stages.append(StageSeconds(stage: stage, seconds: seconds))
    }
    observer?.note(stages, ended: stage, failed: failed)
    return seconds
  }

  /// Notes what a person should look at though the run goes on.
  mutating func warn(_ text: String) {
    warnings.append(text)
    logger.warning("Check the result", metadata: ["finding": "\(text)"])
  }

  private static func seconds(_ duration: Duration) -> Double {
    let (seconds, attoseconds) = duration.components
    return Double(seconds) + Double(attoseconds / 1_000_000_000_000) / 1e6
  }
}
