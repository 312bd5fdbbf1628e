import Ratings
import Recommenders

/// Trains what the lists of a plan are ordered by besides its model.
struct RelevanceTraining {
  let plan: Plan
  let users: Int
  let items: Int
  let scale: RatingScale
  let details: [ItemDetails]
  let threads: Int

  init(plan: Plan, dataset: RatingsDataset, threads: Int) {
    self.init(
      plan: plan, users: dataset.users.count, items: dataset.items.count, scale: dataset.scale,
      details: dataset.itemDetails, threads: threads)
  }

  init(
    plan: Plan, users: Int, items: Int, scale: RatingScale, details: [ItemDetails], threads: Int
  ) {
    self.plan = plan
    self.users = users
    self.items = items
    self.scale = scale
    self.details = details
    self.threads = threads
  }

  /// The blend, from a relevance model that is trained on some rows; `nil` for other orders.
  func blend(on rows: RatingSubset) throws(TrainingError) -> RelevanceBlend? {
    guard plan.recommend.rankBy == .relevance else { return nil }
    let options = plan.recommend.relevance
    var model = ModelOptions()
    model.type = options.model.resolved(users: users, items: items)
    model.ease = options.ease
    model.ease.threshold = plan.recommend.relevanceThreshold
    model.implicit.threshold = Double(plan.recommend.relevanceThreshold)
    var training = TrainingOptions()
    training.seed = plan.training.seed
    let trainer = Trainer(
      model: model, training: training,
      resolved: ResolvedTraining(
        training, model: model, ratings: rows.count, watchesHeldOut: false),
      users: users, items: items, scale: scale, details: details, threads: threads)
    let trained = try trainer.train(
      on: rows, validation: RatingSubset(rows.columns, rows: []), onEpoch: { _ in })
    return RelevanceBlend(trained.model, weights: options.weights)
  }

  /// The order of a model's lists.
  func order(of model: any RatingPredictor, _ blend: RelevanceBlend?) -> ListOrder {
    ListOrder(plan.recommend, model: model, blend: blend, details: details)
  }
}
