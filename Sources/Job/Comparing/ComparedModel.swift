public import Storage

/// A model of a job's `compare` list: what it changes in the job's own sections.
public struct ComparedModel: Equatable, Sendable {
  /// What the table calls it.
  public var name: String
  /// Keys in the place of those of the job's `model`.
  public var model: JSONValue?
  /// Keys in the place of those of the job's `training`.
  public var training: JSONValue?
  /// Keys in the place of those of the job's `recommend`.
  public var recommend: JSONValue?

  /// Creates a model that is the job's own.
  public init(name: String) {
    self.name = name
  }

  /// The sections of a job that a comparison and a search may change: the data and the split are the
  /// same for all.
  static let sections = ["model", "training", "recommend"]

  /// What it changes, section by section.
  var changes: JSONValue {
    .object(
      zip(Self.sections, [model, training, recommend]).compactMap { section, value in
        value.map { JSONMember(key: section, value: $0) }
      })
  }
}
