import Recommenders
public import Storage

/// The description of the job file: every key is declared here and in the extensions beside this
/// file, and nowhere else.
public enum JobSchema {
  /// The file name of the JSON Schema, which is also its relative `$id`.
  public static let fileName = "recjob-1.schema.json"

  /// The sections that determine the bytes of the results.
  static let resultSections = [
    "split", "model", "select", "stack", "training", "recommend", "export",
  ]
  /// The keys of `dataset` that do, beside the hash of its bytes.
  static let resultKeysOfDataset = [
    "format", "ratings", "delimiter", "header", "quotes", "comment", "encoding", "columns",
    "timestamps", "items", "max_bad_rows", "duplicates", "rating_scale", "filters",
  ]

  /// The whole job file.
  static let job = ObjectSchema(
    Plan.prototype,
    [
      Field(
        "name", \Plan.name,
        .text(
          matching: "[a-z0-9][a-z0-9._-]{0,63}",
          meaning: "1 to 64 small letters, digits, dots, dashes and underscores, "
            + "a letter or digit first"),
        "The name of the job; its bundles are named after it."
      ).required(),
      Field("dataset", \Plan.dataset, .object(dataset), "The ratings to learn from.").required(),
      Field("split", \Plan.split, .object(split), "Which rows are held out and which watched."),
      Field(
        "model", \Plan.models, .oneOrSeveral(of: .object(model), prototype: ModelOptions()),
        "The model that is trained; of a list of models, `select` makes one."),
      Field(
        "select", \Plan.select, .choice,
        "How a list of models becomes one: the best on the validation rows, a sum of all with weights "
          + "fitted on these rows, or the first, corrected by trees that were grown on what all of "
          + "them predict out of fold. What is chosen is then trained as `training.refit` says."
      ).only("only where `model` is a list", byKey: "model") { $0.models.count > 1 },
      Field("stack", \Plan.stack, .object(stack), "How `stack` makes one model of a list.")
        .only("only where `select` is `stack`", byKey: "select") {
          $0.models.count > 1 && $0.select == .stack
        },
      Field("training", \Plan.training, .object(training), "How the model is trained."),
      Field("recommend", \Plan.recommend, .object(recommend), "What is recommended to each user."),
      Field("export", \Plan.export, .object(export), "The files that recommendations go to."),
      Field("output", \Plan.output, .object(output), "Where runs are published."),
      Field("gates", \Plan.gates, .object(gates), "What a run must fulfil to be published."),
      Field(
        "monitoring", \Plan.monitoring, .object(monitoring),
        "Who is told how a run went. No failure of theirs changes a result or an exit status."),
      Field("limits", \Plan.limits, .object(limits), "What a run may use of the machine."),
      Field(
        "lock_wait_seconds", \Plan.lockWaitSeconds, .integer(0...86_400),
        "How long to wait for another run that publishes to the same directory."),
      Field(
        "compare", deciding: \Plan.compare,
        .array(
          of: .object(comparedModel), prototype: ComparedModel(name: ""), count: 1...64),
        prototype: [], default: "every type of model with its defaults",
        "The models that `recjob compare` trains; a run does not look at them."),
      Field(
        "tune", deciding: \Plan.tune, .object(tune), prototype: TuneOptions(),
        default: "nothing to search",
        "What `recjob tune` searches; a run does not look at it."),
    ])

  /// The rows of the table of keys.
  static let rows = job.rows

  /// The text of ``document()``, as the schema's file has it.
  public static var text: String { document().prettyText() }

  /// The JSON Schema (2020-12) of the job file.
  public static func document() -> JSONValue {
    .object(
      [
        JSONMember(key: "$schema", value: "https://json-schema.org/draft/2020-12/schema"),
        JSONMember(key: "$id", value: .string(fileName)),
        JSONMember(key: "title", value: "recjob job file, version 1"),
        JSONMember(
          key: "description",
          value: .string(
            "A job of recjob: a ratings dataset, a model to train on it, and where the "
              + "recommendations are published.")),
      ] + job.schemaMembers)
  }
}
