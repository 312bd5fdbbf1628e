import Recommenders

extension JobSchema {
  /// The keys of `model` that only `neural` has, besides `hidden` and `dropout`.
  static let neural: [Field<ModelOptions>] = [
    Field(
      "user_factors", deciding: \ModelOptions.userFactors, .integer(1...4_096), prototype: 50,
      default: "`factors`", "The number of factors of each user."
    ).only("for the model type `neural` only", byKey: "type") { $0.type == .neural },
    Field(
      "item_factors", deciding: \ModelOptions.itemFactors, .integer(1...4_096), prototype: 50,
      default: "`factors`", "The number of factors of each item."
    ).only("for the model type `neural` only", byKey: "type") { $0.type == .neural },
    Field(
      "features", deciding: \ModelOptions.features,
      .array(
        of: .choice, prototype: .genres, count: 0...ModelFeature.allCases.count, areDistinct: true),
      prototype: [],
      default: "none; for `bayesian-fm` all that the data has but `day` and `time-neighbours`",
      "What the model knows besides user and item. `neural`: `genres` of the item, and the `date` "
        + "of the rating (year, month, weekday, hour, days since the user's first rating). "
        + "`bayesian-fm`: `implicit` (who rated what), `genres`, of titles `release-year`, "
        + "`title-words`, `franchise` and `genre-decade`, of the user's own taste `user-genre` and "
        + "`user-decade`, of the time of the rating its `day` and `time-neighbours` (how the user's "
        + "last ratings before it turned out). Lists take the newest time in training."
    ).only("for the model types `neural` and `bayesian-fm` only", byKey: "type") {
      $0.type == .neural || $0.type == .bayesianFM
    },
  ]
}
