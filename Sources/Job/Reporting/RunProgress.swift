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
    /// The trainings that have ended an epoch, by their labels.
    var trainings: [String: EpochProgress] = [:]
    /// The epochs that trainings chose, by the position of their model.
    var chosenEpochs: [Int: Int] = [:]
    /// How far an earlier process came with the trainings that are taken up again.
    var resumed: [TrainingCheckpoint.Current] = []
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
    line.show("\(state.withLock { $0.context })\(stage.rawValue) …")
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
      state.resumed = checkpoint.current
    }
  }

  /// Tells that an epoch has ended. Of trainings side by side, the first has the line.
  func ended(_ ended: EndedEpoch, of plan: Plan) {
    guard isShown else { return }
    let epoch = ended.epoch
    let text = state.withLock { state in
      var training = state.trainings[epoch.label] ?? Self.training(epoch, plan, state)
      let text = training.text(epoch.record, took: ended.duration)
      state.trainings[epoch.label] = training
      if epoch.phase == .search, epoch.fold == nil {
        state.chosenEpochs[epoch.model ?? 0] = training.chosenEpoch
      }
      return state.context + text
    }
    if ended.isOfFirst { line.show(text) }
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
      state.trainings = [:]
      state.chosenEpochs = [:]
      state.resumed = []
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
    let resumed = state.resumed.first { $0.step == step }
    // A model of fixed epochs is trained anew without a search.
    let chosen = state.chosenEpochs[number] ?? (model.type.hasBestEpoch ? nil : most)
    return EpochProgress(
      label: epoch.label, limit: isSearch ? most : chosen,
      stopping: isWatched ? plan.training.earlyStopping : nil, first: epoch.record.epoch,
      history: resumed?.progress.history ?? [])
  }
}
