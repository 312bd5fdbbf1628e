import Acquisition
import Foundation
public import Logging
import Ratings
import Recommenders
import Storage

/// Trains the models of a job's `compare` list on the same split and measures each once on the held-out
/// rows.
public struct ModelComparison: Sendable {
  private let jobFile: JobFile
  private let plan: Plan
  private let entries: [(name: String, plan: Plan)]
  private let settings: RunSettings
  private let logger: Logger

  /// Prepares the comparison of a checked plan.
  ///
  /// - Throws: `PlanError` if the job watches the held-out rows.
  public init(
    jobFile: JobFile, plan: Plan, settings: RunSettings, logger: Logger
  ) throws(PlanError) {
    guard plan.split.validation == .carve else {
      throw .faulty([
        jobFile.fault(at: JSONPointer(["split", "validation"]), Plan.watchesTest)
      ])
    }
    self.jobFile = jobFile
    self.plan = plan
    entries = try Self.entries(jobFile, plan)
    self.settings = settings
    self.logger = logger
  }

  /// The models with their plans.
  ///
  /// Without a list, it is every type of model with its defaults: of the job's own
  /// `model` and `training` only the seed is taken.
  static func entries(
    _ jobFile: JobFile, _ plan: Plan
  ) throws(PlanError) -> [(name: String, plan: Plan)] {
    let root = jobFile.root.withoutSearch
    var base = root
    var models = plan.compare ?? []
    if plan.compare == nil {
      base = root.removing(["model", "select", "stack", "training"])
      models = ModelType.compared.map { type in
        var model = ComparedModel(name: type.rawValue)
        model.model = ["type": .string(type.rawValue)]
        model.training = ["seed": .integer(Int(plan.training.seed))]
        return model
      }
    }
    var entries: [(name: String, plan: Plan)] = []
    for model in models {
      let changes = JSONNode(model.changes, position: root.position)
      var (read, faults) = Plan.read(base.merging(changes))
      // What was wrong with an entry of the list was found when the job was read.
      faults.removeAll { $0.kind == .meaninglessKey }
      guard faults.isEmpty else {
        throw .faulty(
          faults.map {
            JobFault(
              origin: jobFile.origin(of: root.position), pointer: $0.pointer,
              reason: "\($0.reason) (in the model \"\(model.name)\")")
          })
      }
      read.decideDefaults()
      entries.append((model.name, read))
    }
    return entries
  }

  /// Compares, and ends when a signal asks the process to end.
  public func runUntilSignal() async throws(JobError) -> ComparisonOutcome {
    try await settings.interruption.run(logger: logger) { try await run() }
  }

  /// Compares.
  public func run() async throws(JobError) -> ComparisonOutcome {
    var clock = StageClock(
      logger: logger, interruption: settings.interruption, progress: settings.progress)
    defer { settings.progress.clear() }
    do {
      return try await compare(&clock)
    } catch {
      guard let signal = settings.interruption.signal else { throw error }
      throw JobError(
        stage: error.stage,
        cause: Interrupted(signal: signal, work: .comparison, leavesCheckpoint: false))
    }
  }

  private func compare(_ clock: inout StageClock) async throws(JobError) -> ComparisonOutcome {
    let fetched = try await clock.run(.fetch) {
      try await DatasetFetch(jobFile, plan).run(progress: settings.progress.fetched)
    }
    let dataset = try await clock.run(.read) {
      try DatasetReading.read(fetched, options: plan.dataset, progress: settings.progress)
    }
    let split = try await clock.run(.split) {
      try DatasetSplit(dataset: dataset, options: plan.split)
    }
    let data = ComparedData(plan, dataset, split, threads: settings.threads(of: plan))
    var rows: [ComparedRow] = []
    for (number, (name, plan)) in entries.enumerated() {
      settings.progress.began("model \(name),", number: number + 1, of: entries.count)
      let row = try await row(name, plan, data, &clock)
      report(row)
      rows.append(row)
    }
    return try await clock.run(.evaluate) {
      ComparisonOutcome(
        plan, rows, data.evaluator(untrained: split.heldOut), dataset: dataset, split: split,
        datasetSHA256: fetched.dataset.sha256.hex, threads: settings.threads(of: plan))
    }
  }

  private func row(
    _ name: String, _ plan: Plan, _ data: ComparedData, _ clock: inout StageClock
  ) async throws(JobError) -> ComparedRow {
    let begin = ContinuousClock.now
    var row = ComparedRow(name: name, plan: plan)
    if let reason = data.memory(of: plan).refusal(limit: plan.limits.memoryMB) {
      row.failure = reason
      return row
    }
    let trained: TrainedJob
    do throws(JobError) {
      trained = try await clock.run(.train) {
        try await ModelTraining(
          plan: plan, dataset: data.dataset, split: data.split, threads: data.threads,
          onEpoch: { ended in
            report(ended.epoch, of: name)
            settings.progress.ended(ended, of: plan)
          }
        ).run()
      }
    } catch {
      guard let failure = error.cause as? TrainingError, failure != .cancelled else { throw error }
      row.failure = "\(failure)"
      row.seconds = Self.seconds(since: begin)
      return row
    }
    row.seconds = Self.seconds(since: begin)
    row.epochs = trained.bestEpoch
    row.parameters = trained.evaluated.tensorShapes.reduce(0) { $0 + $1.count }
    row.trainedRows = trained.evaluatedRows.count
    row.measurement = try await clock.run(.evaluate) {
      try await data.evaluator(untrained: trained.rowsNotTrainedOn)
        .measure(
          trained.evaluated, order: trained.evaluatedOrder,
          minItemRatings: plan.recommend.minItemRatings)
    }
    return row
  }

  private func report(_ epoch: PhasedEpoch, of name: String) {
    var metadata: Logger.Metadata = [
      "model": "\(name)", "epoch.phase": "\(epoch.phase.rawValue)",
      "epoch.number": .number(epoch.record.epoch), "train.loss": .number(epoch.record.trainLoss),
    ]
    if let rmse = epoch.record.validationRMSE { metadata["validation.rmse"] = .number(rmse) }
    logger.debug("Epoch finished", metadata: metadata)
  }

  private func report(_ row: ComparedRow) {
    var metadata: Logger.Metadata = ["model": "\(row.name)", "model.seconds": .number(row.seconds)]
    if let failure = row.failure {
      metadata["failure"] = "\(failure)"
      logger.warning("Model not trained", metadata: metadata)
      return
    }
    metadata["model.epochs"] = .number(row.epochs)
    if let rmse = row.rmse { metadata["test.rmse"] = .number(rmse) }
    if let ndcg = row.ndcg { metadata["test.ndcg"] = .number(ndcg) }
    logger.info("Model compared", metadata: metadata)
  }

  private static func seconds(since begin: ContinuousClock.Instant) -> Double {
    (ContinuousClock.now - begin) / .seconds(1)
  }
}

/// What all models of a comparison are trained and measured on.
private struct ComparedData {
  private let plan: Plan
  let dataset: RatingsDataset
  let split: DatasetSplit
  let threads: Int
  private let heldOut: RatingColumns
  private let rated: InteractionMatrix

  init(_ plan: Plan, _ dataset: RatingsDataset, _ split: DatasetSplit, threads: Int) {
    self.plan = plan
    self.dataset = dataset
    self.split = split
    self.threads = threads
    heldOut = dataset.ratings.selecting(split.heldOut)
    rated = InteractionMatrix(users: dataset.users.count, columns: dataset.ratings)
  }

  /// The memory that a run of a plan would take; on one thread, so that threads refuse no model.
  func memory(of plan: Plan) -> MemoryPlan {
    MemoryPlan(
      plan,
      MemoryPlan.Counts(
        ratings: dataset.ratings.count, users: dataset.users.count, items: dataset.items.count),
      threads: 1)
  }

  /// The evaluator of a model that was not trained on some rows.
  ///
  /// The threshold and the seed of the resamples are the job's own for all models.
  func evaluator(untrained: [Int32]) -> Evaluator {
    Evaluator(
      heldOut: heldOut, rated: rated,
      untrained: InteractionMatrix(
        users: dataset.users.count, ratings: RatingSubset(dataset.ratings, rows: untrained)),
      details: dataset.itemDetails, relevanceThreshold: Float(plan.recommend.relevanceThreshold),
      seed: plan.training.seed, threads: threads)
  }
}

extension ModelType {
  /// Those that are compared where the job has no list.
  static let compared = trainable
}
