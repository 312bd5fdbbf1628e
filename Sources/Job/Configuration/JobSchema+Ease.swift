import Recommenders

/// What has options of `ease` among its own.
protocol EaseOptionsOwner: Sendable {
  /// How `ease` learns.
  var ease: EaseOptions { get set }
}

extension ModelOptions: EaseOptionsOwner {}
extension RelevanceOptions: EaseOptionsOwner {}

extension JobSchema {
  /// What `ease` makes of ratings and of the items' details, wherever a job says how it learns.
  static func easeInputs<Root: EaseOptionsOwner>(of _: Root.Type) -> [Field<Root>] {
    [
      Field(
        "low_input", \Root.ease.lowInput, .number(.share),
        "What the least rating counts as a choice for `ease`, where 1 is one of "
          + "`recommend.relevance_threshold`."),
      Field(
        "input_power", \Root.ease.inputPower,
        .nullable(.number(.positive), prototype: 1),
        "The power with which that grows from the least rating to the threshold; with `null`, all "
          + "ratings below the threshold count as the least does."),
      Field(
        "high_input", \Root.ease.highInput, .number(.positive),
        "What the greatest rating counts as a choice, 1 being one of the threshold; those between "
          + "lie on a line."),
      Field(
        "content_input", \Root.ease.contentInput, .number(.notNegative),
        "What it counts for `ease` that items have a genre or a year of release in common, as "
          + "choices of somebody who chose them all; 0 makes nothing of it."),
    ]
  }
}
