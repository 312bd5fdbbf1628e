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
      "features", deciding: \ModelOptions.networkFeatures,
      .array(of: .choice, prototype: .genres, count: 0...2, areDistinct: true), prototype: [],
      default: "none",
      "What the model knows besides user and item: `genres` of the item, and the `date` of the "
        + "rating (year, month, weekday, hour, days since the user's first rating), for which lists "
        + "take the newest time in training."
    ).only("for the model type `neural` only", byKey: "type") { $0.type == .neural },
  ]
}
