import Recommenders
import Storage

extension JobSchema {
  static let comparedModel = ObjectSchema(
    ComparedModel(name: ""),
    [
      Field("name", \ComparedModel.name, .text, "What the table calls the model.").required(),
      Field(
        "model", deciding: \ComparedModel.model, .overlay(of: "model"), prototype: .null,
        default: "the job's own",
        "Keys in the place of those of the job's `model`, or a list of models in its place."),
      Field(
        "select", deciding: \ComparedModel.select, .choice, prototype: .best,
        default: "the job's own", "How a list of models becomes one."),
      Field(
        "stack", deciding: \ComparedModel.stack, .overlay(of: "stack"), prototype: .null,
        default: "the job's own", "Keys in the place of those of the job's `stack`."),
      Field(
        "training", deciding: \ComparedModel.training, .overlay(of: "training"), prototype: .null,
        default: "the job's own", "Keys in the place of those of the job's `training`."),
      Field(
        "recommend", deciding: \ComparedModel.recommend, .overlay(of: "recommend"),
        prototype: .null, default: "the job's own",
        "Keys in the place of those of the job's `recommend`."),
    ])

  static let tune = ObjectSchema(
    TuneOptions(),
    [
      Field(
        "trials", \TuneOptions.trials, .integer(1...100_000),
        "The number of settings that are tried, those of the job itself among them."),
      Field("seed", \TuneOptions.seed, .seed, "The seed of the settings."),
      Field(
        "metric", \TuneOptions.metric, .choice,
        "What the best trial has the best of: the RMSE of the validation rows, or the NDCG@10 of "
          + "lists in which they are to be found."),
      Field(
        "rungs", \TuneOptions.rungs, .integer(1...16),
        "The number of rounds. Each is over fewer trials and trains them longer, the last one as "
          + "long as the job says."),
      Field(
        "keep", \TuneOptions.keep, .number(.properFraction),
        "The share of the trials that goes on to the next round; a round trains the same part of "
          + "what the next one does."),
      Field(
        "ranges", \TuneOptions.ranges, .ranges,
        "The keys that are searched, each with its values."
      ).required(),
    ])
}

extension ValueSchema where Value == JSONValue {
  /// Keys of a section of the job, which are checked together with the rest of it.
  static func overlay(of section: String) -> ValueSchema {
    ValueSchema(
      noun: "object", range: "the keys of `/\(section)`",
      members: [JSONMember(key: "$ref", value: .string("#/properties/\(section)"))],
      read: { node, _, _ in node.value }, write: { $0 })
  }
}
