import Storage

/// What was found of one thing that a run depends on.
struct Finding: Sendable, Equatable {
  /// How it stands.
  enum State: String, Sendable {
    /// As it should be.
    case ok
    /// A person should look, though the next run may well succeed.
    case warning
    /// The next run would fail, or the last result is damaged.
    case problem
  }

  /// What it belongs to: the machine, the libraries, the job, its output, its schedule.
  let area: String
  /// The thing.
  let subject: String
  let state: State
  /// What was found, in a sentence.
  let text: String
  /// What to do about it.
  let advice: String?
  /// The exit status that a run would end with.
  let status: ExitStatus?

  static func ok(_ area: String, _ subject: String, _ text: String) -> Finding {
    Finding(
      area: area, subject: subject, state: .ok, text: text, advice: nil, status: nil)
  }

  static func warning(
    _ area: String, _ subject: String, _ text: String, _ advice: String? = nil
  ) -> Finding {
    Finding(
      area: area, subject: subject, state: .warning, text: text, advice: advice, status: nil)
  }

  static func problem(
    _ area: String, _ subject: String, _ text: String, _ advice: String, _ status: ExitStatus
  ) -> Finding {
    Finding(
      area: area, subject: subject, state: .problem, text: text, advice: advice, status: status)
  }

  /// The finding as an object.
  var json: JSONValue {
    [
      "area": .string(area), "subject": .string(subject), "state": .string(state.rawValue),
      "found": .string(text), "advice": advice.map { .string($0) } ?? .null,
      "exit_status": status.map { .integer(Int($0.rawValue)) } ?? .null,
    ]
  }
}
