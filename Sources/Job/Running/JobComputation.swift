import Logging
import Publishing
import Ratings
import Recommenders
import Storage
import Synchronization

/// The stages from split to recommend: values in, values out.
struct JobComputation {
  let plan: Plan
  let threads: Int
  let logger: Logger
  /// What shows how far it is.
  var progress: RunProgress?
  /// Where training is saved on the way; `nil` saves nothing.
  var checkpoints: RunCheckpoints?

  func run(
    _ dataset: RatingsDataset, _ clock: inout StageClock
  ) async throws(JobError) -> JobResult {
    let split = try await clock.run(.split) {
      try DatasetSplit(dataset: dataset, options: plan.split)
    }
    let (trained, epochs) = try await clock.run(.train) {
      checkpoints?.trainingBegins()
      defer { checkpoints?.trainingIsOver() }
      let epochs = Mutex([EpochSeconds]())
      let earlier = checkpoints?.load()
      if let earlier { progress?.resumes(earlier) }
      let trained = try await ModelTraining(
        plan: plan, dataset: dataset, split: split, threads: threads,
        onEpoch: { ended in
          if let seconds = EpochSeconds(ended) { epochs.withLock { $0.append(seconds) } }
          report(ended)
        }, earlier: earlier
      ) { (checkpoint) throws(TrainingError) in
        try checkpoints?.epochEnded(checkpoint)
      }.run()
      // Trainings side by side end their epochs in any order.
      let ordered = trained.history.filter { $0.record.epoch == 1 }.flatMap { first in
        epochs.withLock { $0.filter { $0.phase == first.label } }
      }
      return (trained, ordered)
    }
    checkpoints?.keep(trained)
    reportLastEpochs(trained)
    if let selection = trained.selection { log(selection) }
    let users = dataset.users.count
    let memory = plan.remembersKeys ? KeyMemory(items: dataset.items.count) : nil
    let (rated, evaluation) = try await clock.run(.evaluate) {
      let rated = InteractionMatrix(users: users, columns: dataset.ratings)
      let evaluation = try await Evaluator(
        heldOut: dataset.ratings.selecting(split.heldOut), rated: rated,
        untrained: InteractionMatrix(
          users: users, ratings: RatingSubset(dataset.ratings, rows: trained.rowsNotTrainedOn)),
        details: dataset.itemDetails,
        relevanceThreshold: Float(plan.recommend.relevanceThreshold), seed: plan.training.seed,
        threads: threads
      ).evaluate(
        trained.evaluated, order: trained.evaluatedOrder,
        minItemRatings: plan.recommend.minItemRatings, baseline: trained.baseline, memory: memory)
      return (rated, evaluation)
    }
    log(evaluation)
    let lists = try await clock.run(.recommend) {
      let lists = try await TopNRecommender(
        model: trained.exported, excluding: rated,
        candidates: Candidates(of: dataset, plan.recommend).isCandidate,
        k: plan.recommend.k, order: trained.exportedOrder, memory: memory
      ).recommendAll(threads: threads)
      guard plan.recommend.explain > 0 else { return lists }
      return Explainer(
        model: trained.exportedBlend?.model ?? trained.exported, ratings: dataset.ratings,
        untrained: trained.exportedUntrained, count: plan.recommend.explain
      ).explaining(lists, threads: threads)
    }
    return JobResult(
      trained: trained, evaluation: evaluation, lists: lists,
      metrics: MetricsDocument.json(trained, plan: plan, evaluation: evaluation, lists: lists),
      epochs: epochs, threads: threads)
  }

  /// Says which models were still getting better when their last epoch ended.
  private func reportLastEpochs(_ trained: TrainedJob) {
    guard let options = plan.training.earlyStopping else { return }
    let most = plan.training.maxEpochs
    for training in trained.trainings
    where training.step.phase == .search && training.history.count == most {
      let type = plan.models[training.step.model].type
      // Whatever is restored in the end, the values say which epoch was the best.
      var stopping = EarlyStopping(options)
      for record in training.history {
        if let value = stopping.value(of: record) { stopping.observe(value, epoch: record.epoch) }
      }
      guard type.hasBestEpoch, stopping.bestEpoch == most else { continue }
      logger.notice(
        "The last epoch is the best: a higher training.max_epochs may do better",
        metadata: ["model.type": "\(type.rawValue)", "max_epochs": .number(most)])
    }
  }

  private func log(_ selection: ModelSelection) {
    func list(_ texts: [String]) -> Logger.MetadataValue { "\(texts.joined(separator: ", "))" }
    var metadata: Logger.Metadata = [
      "selection.policy": "\(selection.policy.rawValue)",
      "selection.models": list(plan.models.map(\.type.rawValue)),
      "selection.rmse": list(selection.rmses.map { ComparisonOutcome.fixed($0, digits: 4) }),
    ]
    if !selection.weights.isEmpty {
      metadata["selection.weights"] = list(
        selection.weights.map { ComparisonOutcome.fixed($0, digits: 4) })
    }
    logger.info("Models joined", metadata: metadata)
  }

  private func log(_ evaluation: EvaluationReport) {
    var metadata: Logger.Metadata = [
      "test.ndcg": .number(evaluation.model.ranking.ndcg),
      "test.coverage": .number(evaluation.model.ranking.coverage),
      "baseline.rmse": .number(evaluation.baseline.errors.rmse),
      "test.protocol": "\(MetricsDocument.protocolName(plan))",
    ]
    if !plan.model.type.isRelevance {
      metadata["test.rmse"] = .number(evaluation.model.errors.rmse)
      metadata["test.mae"] = .number(evaluation.model.errors.mae)
    }
    logger.info("Model evaluated", metadata: metadata)
  }

  private func report(_ ended: EndedEpoch) {
    let record = ended.epoch.record
    var metadata: Logger.Metadata = [
      "epoch.phase": "\(ended.epoch.label)", "epoch.number": .number(record.epoch),
      "train.loss": .number(record.trainLoss), "learning_rate": .number(record.learningRate),
    ]
    if let rmse = record.validationRMSE { metadata["validation.rmse"] = .number(rmse) }
    // Whoever sees the line that each epoch changes needs no other line of it.
    progress?.ended(ended, of: plan)
    logger.log(
      level: progress?.isShown == true ? .debug : .info, "Epoch finished", metadata: metadata)
  }
}

/// Everything that a run publishes, before it is written.
struct JobResult {
  let trained: TrainedJob
  let evaluation: EvaluationReport
  let lists: [RecommendationList]
  /// The content of `metrics.json`.
  let metrics: JSONValue
  /// How long each epoch took; a record and no result.
  let epochs: [EpochSeconds]
  /// The threads that write; they have no influence on what is written.
  let threads: Int

  /// Writes the results into a directory and returns the rows of the files that have rows.
  func write(
    to directory: String, plan: Plan, resultPlan: JSONValue, _ clock: inout StageClock
  ) async throws(JobError) -> [String: Manifest.Rows] {
    var rows = try await clock.run(.export) {
      try writeMetrics(to: directory)
      let files = try RecommendationExport.write(
        lists: lists, dataset: trained.dataset, options: plan.export, threads: threads,
        to: directory)
      return Dictionary(uniqueKeysWithValues: files.map { ($0.name, $0.rows) })
    }
    rows["history.csv"] = Manifest.Rows(
      count: trained.history.count, schemaVersion: MetricsDocument.historySchemaVersion)
    try await clock.run(.bundle) {
      let bundle = ModelBundle(
        model: trained.exported, blend: trained.exportedBlend, dataset: trained.dataset,
        untrained: trained.exportedUntrained,
        training: MetricsDocument.trainingSettings(trained, plan: plan), metrics: metrics,
        resultPlan: resultPlan, threads: threads)
      let model = PathName.joined(directory, "model")
      let version = try bundle.write(to: model, threads: threads)
      _ = try ModelBundle.pack(
        model, version: version, jobName: plan.name, into: directory, threads: threads)
      try writeReport(to: directory, plan: plan, version: version)
    }
    return rows
  }

  /// Writes `metrics.json` and `history.csv`.
  func writeMetrics(to directory: String) throws(StorageError) {
    for (name, text) in [
      ("metrics.json", metrics.prettyText()),
      ("history.csv", MetricsDocument.history(trained.history)),
    ] {
      var file = try OutputFile(PathName.joined(directory, name))
      try file.write(text)
      _ = try file.close(sync: false)
    }
  }

  /// Writes `report.json`; `version` is that of the bundle, if there is one.
  func writeReport(
    to directory: String, plan: Plan, version: BundleVersion?
  ) throws(StorageError) {
    let document = ReportDocument(result: self, plan: plan, version: version)
    var file = try OutputFile(PathName.joined(directory, RunDocuments.reportName))
    try file.write(document.json.prettyText())
    _ = try file.close(sync: false)
  }

  func summary(
    run: String, directory: String, plan: Plan, lists comparison: ListComparison?, seconds: Double
  ) -> RunSummary {
    RunSummary(
      run: run, directory: directory,
      testRMSE: trained.exported.configuration.type.isRelevance
        ? nil : evaluation.model.errors.rmse,
      ndcg: evaluation.model.ranking.ndcg,
      baselineRMSE: evaluation.baseline.errors.rmse, users: lists.count,
      recommendations: lists.reduce(0) { $0 + $1.items.count }, bestEpoch: trained.bestEpoch,
      isOptimistic: plan.split.validation == .test,
      overlap: comparison.flatMap { comparison in
        comparison.overlap.map { RunSummary.Overlap(k: comparison.k, mean: $0.mean) }
      },
      seconds: seconds)
  }
}
