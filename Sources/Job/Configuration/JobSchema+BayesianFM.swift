import Recommenders

extension JobSchema {
  /// The keys of `model` that only `bayesian-fm` has.
  static let bayesianFM: [Field<ModelOptions>] = [
    field(
      "samples", \.samples, .integer(1...100_000),
      "The number of Gibbs iterations after the burn-in, of each chain."),
    field(
      "burn_in", \.burnIn, .integer(0...100_000),
      "The number of iterations that are thrown away first."),
    field(
      "chains", \.chains, .integer(1...64),
      "The number of chains; they run in parallel and are averaged."),
    field(
      "kept_samples", \.keptSamples, .integer(1...1_024),
      "How many samples of all chains together the model keeps, evenly spaced: predictions are "
        + "means over them, and the bundle grows with them."),
    field(
      "likelihood", \.likelihood, .choice,
      "How ratings arise: as the score with normal noise, or as the interval between sampled "
        + "cut-points that it falls into."),
    field(
      "standardize", \.standardize, .choice,
      "Whether each user's ratings lose their mean and are divided by their standard deviation "
        + "first, which predictions undo. The likelihood `ordered-probit` takes ratings as they are."
    ),
  ]

  private static func field<Value>(
    _ key: String, _ path: any WritableKeyPath<BayesianFMOptions, Value> & Sendable,
    _ schema: ValueSchema<Value>, _ meaning: String
  ) -> Field<ModelOptions> {
    Field(Field(key, path, schema, meaning), at: \ModelOptions.bayesianFM)
      .only("for the model type `bayesian-fm` only", byKey: "type") { $0.type == .bayesianFM }
  }
}
