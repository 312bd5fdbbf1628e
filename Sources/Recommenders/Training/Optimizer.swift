import Kernels

/// A rule that turns gradients into steps, and how many it has taken.
struct Optimizer {
  let type: OptimizerType
  let l2: Float
  var learningRate: Float
  private var stepNumber = 0

  init(_ resolved: ResolvedTraining) {
    type = resolved.optimizer
    l2 = Float(resolved.l2)
    learningRate = Float(resolved.learningRate)
  }

  /// Whether the penalty belongs to the whole table and to the loss, or to each rating.
  var penalizesWholeTables: Bool { type == .adam }

  /// Begins the step of a batch.
  mutating func beginStep() { stepNumber += 1 }

  /// Counts steps that were taken elsewhere.
  mutating func skip(steps: Int) { stepNumber += steps }

  /// The current step of Adam.
  var adamStep: AdamStep { AdamStep(number: stepNumber, learningRate: learningRate) }
}
