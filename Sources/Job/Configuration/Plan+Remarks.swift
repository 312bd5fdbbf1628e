import Recommenders

extension Plan {
  /// What whoever wrote the job may not know, a sentence without a full stop: keys of training by steps
  /// that have other values than they have by themselves, where no model takes steps.
  public var remark: String? {
    let keys = unreadTrainingKeys
    return keys.isEmpty ? nil : "no model of this job reads \(keys.joined(separator: ", "))"
  }

  private var unreadTrainingKeys: [String] {
    // What is compared or tuned may be models of other types.
    if compare != nil || tune != nil || models.contains(where: \.type.takesSteps) { return [] }
    let (own, customary) = (training, TrainingOptions())
    let keys = [
      ("optimizer", own.optimizer == customary.optimizer),
      ("schedule", own.schedule == customary.schedule),
      ("grid", own.grid == customary.grid),
      ("batch_size", own.batchSize == customary.batchSize),
      ("learning_rate", own.learningRate == customary.learningRate),
      ("learning_rate_decay", own.learningRateDecay == customary.learningRateDecay),
      ("shuffle", own.shuffle == customary.shuffle),
    ]
    return keys.filter { !$0.1 }.map { "training.\($0.0)" }
  }
}
