import Publishing
import Recommenders
import Storage

extension JobSchema {
  static let recommend = ObjectSchema(
    RecommendOptions(),
    [
      Field(
        "k", \RecommendOptions.k, .integer(1...100_000), "The length of each user's list."),
      Field(
        "min_item_ratings", \RecommendOptions.minItemRatings, .integer(1...1_000_000_000),
        "The least number of ratings of an item that may be recommended."),
      Field(
        "candidates", \RecommendOptions.candidates, .object(candidates),
        "The items that may be recommended, by their ids."),
      Field(
        "relevance_threshold", \RecommendOptions.relevanceThreshold, .number(.any),
        "The rating from which an item counts as relevant, in the ranking metrics and for relevance "
          + "models."),
      Field(
        "explain", \RecommendOptions.explain, .integer(0...100),
        "How many items that the user rated are named as reasons of each recommendation, in the JSON "
          + "lines and by `recjob recommend`."),
      Field(
        "rank_by", deciding: \RecommendOptions.givenRankBy, .choice, prototype: .rating,
        default: "`\"relevance\"`, or `\"rating\"` for the model types `ease` and `ials`",
        "What the lists are ordered by: the predicted rating; what the rating is at least, as far as a "
          + "`bayesian-fm` model knows; or relevance, predicted rating and rarity together, which finds "
          + "far more of what people go on to like. The scores shown are predicted ratings in any case."
      ),
      Field(
        "z", \RecommendOptions.z, .number(.notNegative),
        "How many standard deviations are taken off the predicted rating."
      ).only("for `lower-bound` only", byKey: "rank_by") { $0.rankBy == .lowerBound },
      Field(
        "relevance", \RecommendOptions.relevance, .object(relevance),
        "What the order by relevance is made of."
      ).only("for `relevance` only", byKey: "rank_by") {
        $0.givenRankBy == nil || $0.rankBy == .relevance
      },
      Field(
        "diversity", \RecommendOptions.diversity, .number(.share),
        "How much a list avoids items like those already in it: 0 not at all, 1 whatever their scores."
      ),
      Field(
        "max_per_genre", \RecommendOptions.maxPerGenre,
        .nullable(.integer(1...100_000), prototype: 1),
        "How many items of a list may have a genre in common; lists may be shorter for it. `null` for "
          + "any number."),
    ])

  private static let candidates = ObjectSchema(
    CandidateOptions(),
    [
      Field(
        "allow", \CandidateOptions.allow,
        .nullable(.itemList(count: 1...1_000_000), prototype: []),
        "The only items that are recommended; `null` for all."),
      Field(
        "deny", \CandidateOptions.deny, .itemList(count: 0...1_000_000),
        "Items that are not recommended, those of `allow` among them."),
    ])

  private static let relevance = ObjectSchema(
    RelevanceOptions(),
    [
      Field(
        "model", \RelevanceOptions.model, .choice,
        "The relevance model: `ease`, exact and for up to 30,000 users or items; `ials`, for any number; "
          + "`auto` is `ease` up to \(RelevanceModelType.largestAuto) users or items, then `ials`."),
      Field(
        "l2", \RelevanceOptions.ease.l2, .number(.positive),
        "λ of `ease`: the greater, the more the lists keep to what is popular."),
    ] + easeInputs(of: RelevanceOptions.self) + [
      Field(
        "rating_weight", \RelevanceOptions.weights.rating, .number(.notNegative),
        "What the predicted rating counts beside relevance, both standardised for each user."),
      Field(
        "rarity_weight", \RelevanceOptions.weights.rarity, .number(.notNegative),
        "What −log of an item's number of ratings counts, standardised likewise."),
    ])

  static let export = ObjectSchema(
    ExportOptions(),
    [
      Field(
        "formats", \ExportOptions.formats,
        .array(
          of: .choice, prototype: .csv, count: 1...ExportFormat.allCases.count, areDistinct: true),
        "The formats that the recommendations are written in; `resp` is for Redis."),
      Field(
        "compression", \ExportOptions.compression, .choice,
        "The compression of these files; `gzip` adds `.gz` to their names."),
      Field(
        "max_rows_per_file", \ExportOptions.maxRowsPerFile,
        .nullable(.integer(1...1_000_000_000), prototype: 1),
        "The records of a file, above which the next file is begun: recommendations of `csv`, users of "
          + "the others. The files are numbered then, and a user's list is never divided. `null` "
          + "writes one file of each format."),
      Field(
        "redis_prefix", deciding: \ExportOptions.redisPrefix,
        .text(matching: "[!-~]{1,128}", meaning: "1 to 128 visible ASCII characters"),
        prototype: "", default: "`recjob:{…}` with the job's name",
        "What the names of all keys in Redis begin with; what is in braces keeps them on one node of a "
          + "cluster."
      ).only("only for the format `resp`", byKey: "formats") { $0.formats.contains(.resp) },
      Field(
        "formula_policy", \ExportOptions.formulaPolicy, .choice,
        "What is done with titles in CSV files that a spreadsheet would take for a formula: nothing, "
          + "an apostrophe before them, or the run ends."),
    ])

  static let output = ObjectSchema(
    Plan.prototype.output,
    [
      Field(
        "directory", deciding: \OutputOptions.directory, .text, prototype: "",
        default: "`out/` and the job's name",
        "The directory that runs are published to, relative to the job file."),
      Field(
        "keep_runs", \OutputOptions.keepRuns, .integer(1...100_000),
        "How many runs are kept; older ones are removed, never the latest."),
      Field(
        "keep_days", \OutputOptions.keepDays, .nullable(.integer(1...100_000), prototype: 1),
        "For how many days runs are kept beyond that number; `null` keeps none beyond it."),
      Field(
        "min_age", \OutputOptions.minAge, .number(.notNegative),
        "For how many hours no run is removed after it was the latest, whatever the other keys say, "
          + "so that whoever is reading it can finish."),
    ])

  static let gates = ObjectSchema(
    GateOptions(),
    [
      Field(
        "max_test_rmse", \GateOptions.maxTestRMSE,
        .nullable(.number(.positive), prototype: 1),
        "The greatest RMSE on the held-out rows with which a run is published."),
      Field(
        "max_rmse_increase", \GateOptions.maxRMSEIncrease,
        .nullable(.number(.notNegative), prototype: 0),
        "The greatest rise of that RMSE over the latest run."),
      Field(
        "beat_baseline", \GateOptions.beatBaseline, .choice,
        "What becomes of a model that is not better than the bias baseline."),
      Field(
        "max_shrink", \GateOptions.maxShrink, .number(.share),
        "The greatest share by which rows, users or items may have fallen since the latest run."),
      Field(
        "min_overlap", \GateOptions.minOverlap, .nullable(.number(.share), prototype: 0),
        "The least mean overlap@k of the users' lists with those of the latest run, from 0, nothing "
          + "in common, to 1, the same items."),
    ])

  static let limits = ObjectSchema(
    LimitOptions(),
    [
      Field(
        "threads", \LimitOptions.threads, .nullable(.integer(1...4_096), prototype: 1),
        "The number of threads; `null` is the number of processors. The results do not depend on "
          + "it."),
      Field(
        "memory_mb", \LimitOptions.memoryMB, .nullable(.integer(1...1_000_000_000), prototype: 1),
        "The memory that a run may be estimated to take, in MB of 1,048,576 bytes; one that would "
          + "take more ends before training. `null` accepts all."),
    ])
}
