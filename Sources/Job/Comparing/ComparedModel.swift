public import Recommenders
public import Storage

/// A model of a job's `compare` list: what it changes in the job's own sections.
public struct ComparedModel: Equatable, Sendable {
  /// What the table calls it.
  public var name: String
  /// Keys in the place of those of the job's `model`, or a list of models.
  public var model: JSONValue?
  /// How a list of models becomes one.
  public var select: SelectPolicy?
  /// Keys in the place of those of the job's `stack`.
  public var stack: JSONValue?
  /// Keys in the place of those of the job's `training`.
  public var training: JSONValue?
  /// Keys in the place of those of the job's `recommend`.
  public var recommend: JSONValue?

  /// Creates a model that is the job's own.
  public init(name: String) {
    self.name = name
  }

  /// What it changes, section by section: the data and the split are the same for all.
  var changes: JSONValue {
    let sections = [
      ("model", model), ("select", select.map { .string($0.rawValue) }), ("stack", stack),
      ("training", training), ("recommend", recommend),
    ]
    return .object(
      sections.compactMap { section, value in
        value.map { JSONMember(key: section, value: $0) }
      })
  }
}
