import Recommenders
import Storage

extension JobSchema {
  static let model = ObjectSchema(
    ModelOptions(),
    [
      Field(
        "type", \ModelOptions.type, .choice(of: ModelType.trainable), "The kind of model."),
      Field(
        "factors", deciding: \ModelOptions.givenFactors, .integer(1...4_096), prototype: 50,
        default: "50; 8 for `bayesian-fm`, 30 for `svd-plus-plus`, 64 for `ials`",
        "The number of factors of each user and item; of `bayesian-fm` 256 at most."
      ).only("for model types with factors", byKey: "type") { $0.type.hasFactors },
      Field(
        "link", \ModelOptions.link, .choice,
        "How the score becomes a rating: through the logistic function, scaled to the range of "
          + "the ratings, or added to their mean. `auto` is `sigmoid` below a million training "
          + "ratings and `identity` from there on."
      ).only("for the model type `biased-dot` only", byKey: "type") { $0.type == .biasedDot },
      Field(
        "hidden", \ModelOptions.hidden,
        .array(of: .integer(1...65_536), prototype: 1, count: 1...16),
        "The widths of the hidden layers."
      ).only("for the model type `neural` only", byKey: "type") { $0.type == .neural },
      Field(
        "dropout", \ModelOptions.self, .object(dropout), "What is dropped while training."
      ).only("for the model type `neural` only", byKey: "type") { $0.type == .neural },
    ] + neural
      + easeInputs(of: ModelOptions.self).map { field in
        field.only("for the model type `ease` only", byKey: "type") { $0.type == .ease }
      } + [
        Field(
          "unobserved_weight", \ModelOptions.implicit.background, .number(.positive),
          "The weight of the target 0 that every pair of a user and an item has, beside the rated "
            + "pairs' target 1."
        ).only("for the model type `ials` only", byKey: "type") { $0.type == .ials },
        Field(
          "liked_from", \ModelOptions.implicit.threshold, .number(.any),
          "The rating from which an item is liked; such a rating has the weight 1."
        ).only("for the model type `ials` only", byKey: "type") { $0.type == .ials },
        Field(
          "disliked_weight", \ModelOptions.implicit.lowWeight, .number(.notNegative),
          "The weight of a rating below `liked_from`."
        ).only("for the model type `ials` only", byKey: "type") { $0.type == .ials },
        Field(
          "sweeps", \ModelOptions.implicit.sweeps, .integer(1...10_000),
          "The number of times that all users and all items are solved. No validation rating says "
            + "when to stop, so `training.max_epochs` has no influence on `ials`."
        ).only("for the model type `ials` only", byKey: "type") { $0.type == .ials },
        Field(
          "cold", \ModelOptions.cold, .choice,
          "What is predicted where training never saw the user or the item: the known terms, or "
            + "the untrained parameters as Keras does."),
        Field(
          "neighbours", \ModelOptions.neighbourhood.neighbours, .integer(1...100_000),
          "The most rated items that a prediction is made of, those most similar to the item."
        ).only("for the model type `item-knn` only", byKey: "type") { $0.type == .itemKNN },
        Field(
          "shrinkage", \ModelOptions.neighbourhood.shrinkage, .number(.notNegative),
          "The number of common raters at which half of the correlation of two items is believed."
        ).only("for the model type `item-knn` only", byKey: "type") { $0.type == .itemKNN },
        Field(
          "kept_neighbours", \ModelOptions.neighbourhood.keptNeighbours, .integer(1...100_000),
          "The most similar items that are kept of each item; they make most of the bundle's size."
        ).only("for the model type `item-knn` only", byKey: "type") { $0.type == .itemKNN },
      ] + bayesianFM)

  private static let dropout = ObjectSchema(
    ModelOptions(),
    [
      Field(
        "input", \ModelOptions.inputDropout, .number(.fractionBelowOne),
        "The share of the inputs that is dropped."),
      Field(
        "hidden", \ModelOptions.hiddenDropout, .number(.fractionBelowOne),
        "The share of each hidden layer's outputs that is dropped."),
    ])
}
