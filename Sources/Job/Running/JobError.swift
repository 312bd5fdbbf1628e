/// A failure of a run, with the stage that it happened in.
public struct JobError: Error, CustomStringConvertible {
  /// Where it happened.
  public let stage: Stage
  /// What happened, as the stage's module says it.
  public let cause: any Error

  /// Wraps a failure; one that has its stage already keeps it.
  public init(stage: Stage, cause: any Error) {
    if let wrapped = cause as? JobError {
      self = wrapped
    } else {
      self.stage = stage
      self.cause = cause
    }
  }

  /// One line: the stage, then the cause in its own words.
  public var description: String { "\(stage.rawValue): \(cause)" }
}
