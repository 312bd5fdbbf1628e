import Ratings
import Recommenders

/// Trains and judges one trial: a pure function of its plan and the rows that are not held out.
struct TrialComputation {
  let data: TuningData
  let tune: TuneOptions
  let threads: Int

  /// What the metric says of a plan that is trained a part of what it says.
  ///
  /// A model that learns epoch by epoch is trained that part of its epochs, sweeps or samples, rounded
  /// up; one without epochs on that part of the users, and judged by their rows.
  func run(
    _ plan: Plan, share: Double
  ) async throws -> (value: Double, epochs: Int, isOver: Bool) {
    let type = plan.model.type
    let data = type.isFitted ? data.part(share, seed: tune.seed) : data
    var (model, training) = (plan.model, plan.training)
    training.maxEpochs = HalvingSchedule.part(share, of: training.maxEpochs)
    // A sampler has its burn-in in full, and keeps samples however few there are.
    model.bayesianFM.samples = HalvingSchedule.part(share, of: model.bayesianFM.samples)
    model.implicit.sweeps = HalvingSchedule.part(share, of: model.implicit.sweeps)
    let trainer = Trainer(
      model: model, training: training,
      resolved: ResolvedTraining(
        training, model: model, ratings: data.ratings.count, watchesHeldOut: false),
      users: data.users, items: data.items, scale: data.scale, details: data.details,
      threads: threads)
    let rows = RatingSubset(data.ratings, rows: data.train)
    let trained =
      type.hasBestEpoch || type.isFitted
      ? try trainer.train(
        on: rows, validation: RatingSubset(data.ratings, rows: data.validation), onEpoch: { _ in })
      : try trainer.refit(on: rows, epochs: trainer.epochs, onEpoch: { _ in })
    let epochs = trained.history.count
    return (
      try await value(of: trained.model, on: data, plan), epochs,
      type.hasBestEpoch && epochs < training.maxEpochs
    )
  }

  /// Why a plan is not tried: it would take more memory than the job allows, even on one thread.
  func refusal(of plan: Plan) -> String? {
    MemoryPlan(
      plan,
      MemoryPlan.Counts(ratings: data.ratings.count, users: data.users, items: data.items),
      threads: 1
    ).refusal(limit: plan.limits.memoryMB)
  }

  private func value(
    of model: any RatingPredictor, on data: TuningData, _ plan: Plan
  ) async throws -> Double {
    let evaluator = Evaluator(
      heldOut: data.ratings.selecting(data.validation),
      rated: InteractionMatrix(
        users: data.users,
        ratings: RatingSubset(data.ratings, rows: (data.train + data.validation).sorted())),
      untrained: InteractionMatrix(
        users: data.users, ratings: RatingSubset(data.ratings, rows: data.validation)),
      details: data.details, relevanceThreshold: Float(plan.recommend.relevanceThreshold),
      seed: plan.training.seed, threads: threads)
    switch tune.metric {
    case .validationRMSE: return evaluator.rmse(of: model)
    case .validationNDCG:
      let relevance = RelevanceTraining(
        plan: plan, users: data.users, items: data.items, scale: data.scale,
        details: data.details, threads: threads)
      let blend = try relevance.blend(on: RatingSubset(data.ratings, rows: data.train))
      return try await evaluator.ndcg(
        of: model, order: relevance.order(of: model, blend),
        minItemRatings: plan.recommend.minItemRatings)
    }
  }
}
