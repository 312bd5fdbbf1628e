import Recommenders
import Synchronization
import Testing

@testable import Job

@Suite struct RunProgressTests {
  /// A terminal of some columns, and a time that the test moves.
  private final class Terminal: Sendable {
    private let state = Mutex((texts: [String](), now: Duration.zero))
    let columns: Int?

    init(columns: Int? = nil) { self.columns = columns }

    var texts: [String] { state.withLock { $0.texts } }
    var last: String { texts.last ?? "" }

    func line(isShown: Bool = true) -> ProgressLine {
      ProgressLine(isShown: isShown, columns: { [columns] in columns }) { text in
        self.state.withLock { $0.texts.append(text.replacing("\r\u{1B}[K", with: "")) }
      }
    }

    func progress(isShown: Bool = true) -> RunProgress {
      RunProgress(line: line(isShown: isShown), elapsed: { self.state.withLock { $0.now } })
    }

    func wait(_ seconds: Int) { state.withLock { $0.now += .seconds(seconds) } }
  }

  private static func epoch(
    _ phase: TrainingPhase, _ number: Int, _ rmse: Double?, seconds: Int = 0, model: Int? = nil,
    isOfFirst: Bool = true
  ) -> EndedEpoch {
    EndedEpoch(
      epoch: PhasedEpoch(
        phase: phase, model: model, fold: nil,
        record: EpochRecord(
          epoch: number, trainLoss: 1.25, validationLoss: nil, validationRMSE: rmse,
          learningRate: 0.1)),
      duration: .seconds(seconds), isOfFirst: isOfFirst)
  }

  @Test func epochsTellOfPatienceAndTheTimeLeft() {
    let terminal = Terminal()
    let progress = terminal.progress()
    let plan = Plan(name: "x", sources: [])
    progress.begin(.train)
    for (number, rmse) in [0.9, 0.85, 0.86].enumerated() {
      progress.ended(Self.epoch(.search, number + 1, rmse, seconds: 2), of: plan)
    }
    #expect(
      terminal.texts == [
        "train …",
        "[--------------------] search: epoch 1 of at most 50, validation RMSE 0.9000, "
          + "the best so far, 2.00 s an epoch, at most 1:38 left",
        "[--------------------] search: epoch 2 of at most 50, validation RMSE 0.8500, "
          + "the best so far, 2.00 s an epoch, at most 1:36 left",
        "[#-------------------] search: epoch 3 of at most 50, validation RMSE 0.8600, "
          + "best 0.8500 in epoch 2, patience 1 of 3, 2.00 s an epoch, at most 1:34 left",
      ])
    progress.ended(Self.epoch(.refit, 1, nil, seconds: 1), of: plan)
    #expect(
      terminal.last
        == "[##########----------] refit: epoch 1 of 2, loss 1.2500, 1.00 s an epoch, 0:01 left")
  }

  @Test func aTrainingThatIsTakenUpAgainKnowsItsBestEpoch() {
    let terminal = Terminal()
    let progress = terminal.progress()
    let history = [0.9, 0.8].enumerated().map { Self.epoch(.search, $0 + 1, $1).epoch.record }
    progress.resumes(
      TrainingCheckpoint(
        ended: [],
        current: [
          .init(
            step: TrainingStep(.search),
            progress: TrainingProgress(
              history: history, weights: [], memory: [], bestWeights: nil))
        ]))
    progress.ended(Self.epoch(.search, 3, 0.85), of: Plan(name: "x", sources: []))
    #expect(terminal.last.contains("epoch 3 of at most 50, validation RMSE 0.8500, best 0.8000"))
    #expect(terminal.last.contains("in epoch 2, patience 1 of 3"))
    progress.ended(Self.epoch(.refit, 1, nil), of: Plan(name: "x", sources: []))
    #expect(terminal.last.contains("refit: epoch 1 of 2, "))
  }

  @Test func whatIsNotKnownOfAnEarlierProcessIsNotClaimed() {
    let terminal = Terminal()
    let progress = terminal.progress()
    let plan = Plan(name: "x", sources: [])
    progress.ended(Self.epoch(.search, 3, 0.85), of: plan)
    #expect(!terminal.last.contains("best"))
    progress.ended(Self.epoch(.refit, 1, nil), of: plan)
    #expect(terminal.last == "refit: epoch 1, loss 1.2500, 0.00 s an epoch")
  }

  @Test func aRefitAfterASearchThatEndedEarlierHasItsEpochs() {
    let terminal = Terminal()
    let progress = terminal.progress()
    let ended = EndedTraining(
      step: TrainingStep(.search), history: [], bestEpoch: 7, tensors: [])
    progress.resumes(TrainingCheckpoint(ended: [ended], current: []))
    progress.ended(Self.epoch(.refit, 1, nil), of: Plan(name: "x", sources: []))
    #expect(terminal.last.contains("refit: epoch 1 of 7, "))
  }

  @Test func ofTrainingsSideBySideTheFirstHasTheLine() {
    let terminal = Terminal()
    let progress = terminal.progress()
    var plan = Plan(name: "x", sources: [])
    plan.models = [plan.model, plan.model]
    func end(_ model: Int, _ epoch: Int, _ rmse: Double, isOfFirst: Bool) {
      progress.ended(
        Self.epoch(.search, epoch, rmse, seconds: 1, model: model, isOfFirst: isOfFirst), of: plan)
    }
    end(0, 1, 0.9, isOfFirst: true)
    end(1, 1, 0.7, isOfFirst: false)
    end(1, 2, 0.8, isOfFirst: false)
    #expect(terminal.texts.count == 1 && terminal.last.contains("search-1: epoch 1 of at most 50"))
    end(0, 2, 0.91, isOfFirst: true)
    #expect(terminal.last.contains("best 0.9000 in epoch 1, patience 1 of 3, 1.00 s an epoch"))
    // The first has ended; what is known of the second is not lost.
    end(1, 3, 0.81, isOfFirst: true)
    #expect(terminal.last.contains("search-2: epoch 3 of at most 50"))
    #expect(terminal.last.contains("best 0.7000 in epoch 1, patience 2 of 3, 1.00 s an epoch"))
  }

  @Test func nothingIsShownThatATerminalObeys() {
    let terminal = Terminal()
    terminal.line().show("a\u{1B}[31m\u{202E}b")
    #expect(terminal.last == "a\u{FFFD}[31m\u{FFFD}b")
  }

  @Test func trialsTellHowMuchTimeIsLeft() {
    let terminal = Terminal()
    let progress = terminal.progress()
    progress.began("trial", number: 1, of: 4)
    #expect(terminal.last == "trial 1 of 4")
    terminal.wait(10)
    progress.began("trial", number: 2, of: 4)
    #expect(terminal.last == "trial 2 of 4, 0:30 left")
    progress.begin(.evaluate)
    #expect(terminal.last == "trial 2 of 4, 0:30 left: evaluate …")
  }

  @Test func nothingIsWrittenWhereNobodyLooks() {
    let terminal = Terminal()
    let progress = terminal.progress(isShown: false)
    progress.begin(.train)
    progress.ended(Self.epoch(.search, 1, 0.9), of: Plan(name: "x", sources: []))
    progress.began("trial", number: 1, of: 4)
    progress.clear()
    #expect(terminal.texts == [])
  }

  @Test func aLineNeverWraps() {
    let terminal = Terminal(columns: 10)
    let line = terminal.line()
    line.show("0123456789abc")
    #expect(terminal.last == "012345678")
  }

  @Test func theLineMakesRoomForALog() {
    let terminal = Terminal()
    let line = terminal.line()
    var written: [String] = []
    line.show("busy")
    line.makingRoom { written = terminal.texts }
    #expect(written == ["busy", ""] && terminal.texts == ["busy", "", "busy"])
    line.clear()
    line.makingRoom {}
    #expect(terminal.texts.count == 4)
  }
}
