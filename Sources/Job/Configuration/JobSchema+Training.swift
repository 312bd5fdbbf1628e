import Ratings
import Recommenders
import Storage

extension JobSchema {
  static let split = ObjectSchema(
    SplitOptions(),
    [
      Field(
        "strategy", \SplitOptions.strategy, .choice,
        "How the held-out rows are chosen: at random as scikit-learn does, by a hash of user and "
          + "item, the newest rows, or the newest rows of each user."),
      Field(
        "test_fraction", \SplitOptions.testFraction, .number(.properFraction),
        "The share of the rows that is held out for the evaluation."),
      Field(
        "validation", \SplitOptions.validation, .choice,
        "The rows that early stopping watches: `carve` takes them from those that are not held "
          + "out, `test` watches the held-out rows, which makes the test error optimistic."),
      Field(
        "validation_fraction", \SplitOptions.validationFraction, .number(.fractionBelowOne),
        "The share of the remaining rows that `carve` takes."),
      Field(
        "seed", \SplitOptions.seed, .seed,
        "The seed of the held-out rows; carving takes the next number."),
    ])

  static let training = ObjectSchema(
    TrainingOptions(),
    [
      Field(
        "optimizer", \TrainingOptions.optimizer, .choice,
        "The rule that turns gradients into steps: Adam as Keras computes it, or those that move "
          + "only the rows of a batch. `auto` decides by the size of the data."),
      Field(
        "schedule", \TrainingOptions.schedule, .choice,
        "The order in which ratings are learned from: batches of a new seeded order, or blocks of "
          + "users and items in parallel, one rating after the other in each, for the models `dot`, "
          + "`biased-dot` and `logistic-dot` and every optimizer but `adam`. `auto` decides by the "
          + "model, the optimizer and the size of the data."),
      Field(
        "grid", \TrainingOptions.grid, .object(grid),
        "The grid of the schedule `blocks`. Another grid gives another model."),
      Field(
        "batch_size", \TrainingOptions.batchSize, .integer(1...16_777_216),
        "The number of ratings in a batch of the schedule `minibatch`."),
      Field(
        "max_epochs", \TrainingOptions.maxEpochs, .integer(1...100_000),
        "The most epochs that are trained."),
      Field(
        "learning_rate", \TrainingOptions.learningRate,
        .automatic(.number(.positive), prototype: 0),
        "The step size of the first epoch; `auto` decides by the optimizer and the size of the "
          + "data."),
      Field(
        "learning_rate_decay", \TrainingOptions.learningRateDecay,
        .automatic(
          .number(NumberRange(lower: .excluding(0), upper: .including(1))), prototype: 1),
        "What the step size is multiplied by after each epoch; `auto` is 0.8 in blocks and 1 in "
          + "batches."),
      Field(
        "l2", \TrainingOptions.l2, .automatic(.number(.notNegative), prototype: 0),
        "The L2 penalty on factors and biases; `auto` decides by the optimizer and the size of "
          + "the data. For `als` (0.1) and `svd-plus-plus` (0.12; both 0.05 from a million training "
          + "ratings on) it is that of each rating on the "
          + "factors of its rows; for `ials` it is 0.01."),
      Field(
        "early_stopping", \TrainingOptions.earlyStopping,
        .nullable(.object(earlyStopping), prototype: EarlyStoppingOptions()),
        "When training ends before its last epoch; `null` trains all epochs."),
      Field(
        "refit", deciding: \TrainingOptions.refit, .choice, prototype: .train,
        default: "`\"train\"`, or `\"none\"` where `split.validation` is `\"test\"`",
        "What follows early stopping: nothing, a fresh training on all rows that are not held out "
          + "for the best number of epochs, or this for the evaluation and one on every row for "
          + "the export."),
      Field(
        "shuffle", \TrainingOptions.shuffle, .bool,
        "Whether each epoch of batches visits the rows in a new seeded order."),
      Field(
        "seed", \TrainingOptions.seed, .seed,
        "The seed of initial weights, order of rows and dropout."),
    ])

  private static let grid = ObjectSchema(
    GridOptions(),
    [
      Field(
        "user_blocks", \GridOptions.userBlocks, .integer(1...4_096),
        "The number of blocks of users, at least that of the blocks of items."),
      Field(
        "item_blocks", \GridOptions.itemBlocks, .integer(1...1_024),
        "The number of blocks of items, the most that can be worked on at the same time."),
    ])

  private static let earlyStopping = ObjectSchema(
    EarlyStoppingOptions(),
    [
      Field(
        "monitor", \EarlyStoppingOptions.monitor, .choice,
        "The value that is watched; `validation-loss` has the L2 penalty in it, as Keras reports "
          + "it."),
      Field(
        "patience", \EarlyStoppingOptions.patience, .integer(1...100_000),
        "The number of epochs without improvement to wait for."),
      Field(
        "min_delta", \EarlyStoppingOptions.minDelta, .number(.notNegative),
        "The least fall of the value that counts as an improvement."),
      Field(
        "restore_best", \EarlyStoppingOptions.restoreBest, .bool,
        "Whether the parameters of the best epoch are kept rather than those of the last."),
    ])
}
