import Acquisition
import Recommenders
import Synchronization

/// Shows on a terminal how far a command is: bytes fetched and read, epochs, trials.
///
/// Where nobody watches, in a log or a mail of cron, it writes nothing.
public final class RunProgress: Sendable {
  private struct State {
    /// What comes before every text, where a command does several things of a kind.
    var context = ""
    /// The training under way.
    var label: String?
    var training: EpochProgress?
    /// The epochs that trainings chose, by the position of their model.
    var chosenEpochs: [Int: Int] = [:]
    /// How far an earlier process came with the training that is taken up again.
    var resumed: (step: TrainingStep, history: [EpochRecord])?
    /// When the last stage or epoch ended.
    var mark = Duration.zero
    /// When the trials under way began, and how many there were then.
    var trials: (begin: Duration, count: Int)?
  }

  /// The line; whoever writes to the same terminal lets it make room.
  public let line: ProgressLine
  private let fetching: TransferProgress
  private let reading: TransferProgress
  private let elapsed: @Sendable () -> Duration
  private let state = Mutex(State())

  /// Creates the display of a line; `elapsed` is the time since some instant, by default the
  /// machine's.
  public init(
    line: ProgressLine = ProgressLine(isShown: false), elapsed: (@Sendable () -> Duration)? = nil
  ) {
    let start = ContinuousClock.now
    let time = elapsed ?? { ContinuousClock.now - start }
    self.line = line
    self.elapsed = time
    fetching = TransferProgress(line: line, name: "fetch", elapsed: time)
    reading = TransferProgress(line: line, name: "read", elapsed: time)
  }

  /// Whether anybody sees it.
  public var isShown: Bool { line.isShown }

  /// Tells that a stage begins.
  func begin(_ stage: Stage) {
    guard isShown else { return }
    let context = state.withLock { state in
      state.mark = elapsed()
      return state.context
    }
    line.show("\(context)\(stage.rawValue) …")
  }

  /// Tells how far a download is.
  func fetched(_ progress: FetchProgress) {
    guard isShown else { return }
    fetching.show(progress.origin, received: progress.received, total: progress.total)
  }

  /// Tells how much of a file is read.
  func read(_ member: String, bytes: Int, of total: Int?) {
    guard isShown else { return }
    reading.show(member, received: bytes, total: total)
  }

  /// Tells how far an earlier process came with the trainings of a run.
  func resumes(_ checkpoint: TrainingCheckpoint) {
    guard isShown else { return }
    state.withLock { state in
      for training in checkpoint.ended
      where training.step.phase == .search && training.step.fold == nil {
        state.chosenEpochs[training.step.model] = training.bestEpoch
      }
      state.resumed = checkpoint.current.map { ($0.step, $0.progress.history) }
    }
  }

  /// Tells that an epoch has ended.
  func ended(_ epoch: PhasedEpoch, of plan: Plan) {
    guard isShown else { return }
    let text = state.withLock { state in
      let now = elapsed()
      if state.label != epoch.label {
        state.label = epoch.label
        state.training = Self.training(epoch, plan, state)
      }
      let text = state.training?.text(epoch.record, now: now) ?? ""
      if epoch.phase == .search, epoch.fold == nil, let training = state.training {
        state.chosenEpochs[epoch.model ?? 0] = training.chosenEpoch
      }
      state.mark = now
      return state.context + text
    }
    line.show(text)
  }

  /// Tells which of several things of a kind is at work: a model of a comparison, a trial of a search.
  func began(_ name: String, number: Int, of count: Int) {
    guard isShown else { return }
    let text = state.withLock { state in
      let now = elapsed()
      if number == 1 || state.trials == nil { state.trials = (now, number - 1) }
      var text = "\(name) \(number) of \(count)"
      if let trials = state.trials, number - 1 > trials.count {
        let seconds = (now - trials.begin) / .seconds(1) / Double(number - 1 - trials.count)
        text += ", \(TransferProgress.clock(seconds * Double(count - number + 1))) left"
      }
      state.context = "\(text): "
      state.label = nil
      state.training = nil
      state.chosenEpochs = [:]
      state.resumed = nil
      state.mark = now
      return text
    }
    line.show(text)
  }

  /// Removes the line.
  public func clear() {
    line.clear()
  }

  private static func training(
    _ epoch: PhasedEpoch, _ plan: Plan, _ state: State
  ) -> EpochProgress {
    let number = epoch.model ?? 0
    let model = plan.models[min(number, plan.models.count - 1)]
    let isSearch = epoch.phase == .search && epoch.fold == nil
    let isWatched = isSearch && model.type.hasBestEpoch
    let most = model.fixedEpochs ?? plan.training.maxEpochs
    let step = TrainingStep(epoch.phase, model: number, fold: epoch.fold)
    let history = state.resumed.flatMap { $0.step == step ? $0.history : nil }
    // A model of fixed epochs is trained anew without a search.
    let chosen = state.chosenEpochs[number] ?? (model.type.hasBestEpoch ? nil : most)
    return EpochProgress(
      label: epoch.label, limit: isSearch ? most : chosen,
      stopping: isWatched ? plan.training.earlyStopping : nil, first: epoch.record.epoch,
      history: history ?? [], begin: state.mark)
  }
}
