import Ratings
import Storage

/// A reason why a bundle does not answer.
public enum BundleQueryError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The bundle does not know the user.
  case unknownUser(bundle: String, user: String, users: Int, hint: String)
  /// The bundle does not know some of several users; the others were answered.
  case unknownUsers(bundle: String, unknown: [String], of: Int, hint: String)
  /// What was given for a bundle is a job file, whose runs are in a directory.
  case jobFile(path: String, output: String)

  /// One sentence for people.
  public var description: String {
    switch self {
    case .unknownUser(let bundle, let user, let users, let hint):
      return
        "\(bundle) does not know the user \"\(user)\": none of its \(users) users has this id; "
        + hint
    case .jobFile(let path, let output):
      return "\(path) is a job file and no bundle; give the output directory of its runs, \(output)"
    case .unknownUsers(let bundle, let unknown, let count, let hint):
      let named = unknown.prefix(5).map { "\"\($0)\"" }.joined(separator: ", ")
      return "\(bundle) does not know \(unknown.count) of the \(count) users: \(named)"
        + (unknown.count > 5 ? " and others" : "") + "; " + hint
    }
  }
}

extension BundleQueryError {
  /// Refuses a job file, which people give where its output directory is meant.
  static func requireNoJobFile(_ path: String) throws(BundleQueryError) {
    guard path.hasSuffix(".json"), FileSystem.isRegularFile(path),
      let file = try? JobFile(contentsOf: path), let plan = try? Plan(file)
    else { return }
    throw .jobFile(path: path, output: file.resolved(plan.output.directory ?? "out"))
  }
}

/// Says what ids a bundle knows, and which of them may have been meant.
enum UserHint {
  /// Ids are compared letter by letter with at most so many others.
  private static let mostCompared = 200_000

  /// What to write instead of an id that the encoder was fitted without.
  static func text(for id: String, in users: LabelEncoder<UserIndex>) -> String {
    guard let first = users.labels.first, let last = users.labels.last else {
      return "it has no users at all"
    }
    if let meant = rewritten(id, in: users) { return "did you mean \"\(meant)\"?" }
    if users.isNumeric {
      let range = "ids are numbers from \(first) to \(last)"
      let near = neighbours(of: id, in: users)
      return near.isEmpty ? range : "\(range), near it \(near.joined(separator: " and "))"
    }
    let examples =
      "ids are written as in the dataset, for example "
      + users.labels.prefix(3).joined(separator: ", ")
    let meant =
      users.count <= mostCompared ? EditDistance.closest(to: id, among: users.labels) : nil
    return meant.map { "did you mean \"\($0)\"? \(examples)" } ?? examples
  }

  /// The id without blanks around it, without leading zeros or in other letters, if that is known.
  private static func rewritten(_ id: String, in users: LabelEncoder<UserIndex>) -> String? {
    let trimmed = String(
      id.drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed())
    let digits = String(trimmed.drop { $0 == "0" })
    for candidate in [trimmed, digits, trimmed.uppercased(), trimmed.lowercased()]
    where users.index(of: candidate) != nil {
      return candidate
    }
    return nil
  }

  /// The known numbers before and after a number.
  private static func neighbours(
    of id: String, in users: LabelEncoder<UserIndex>
  ) -> [String] {
    let digits = id.drop { $0 == "0" }
    guard !digits.isEmpty, digits.utf8.allSatisfy({ 0x30...0x39 ~= $0 }) else { return [] }
    func isAbove(_ label: String) -> Bool {
      label.utf8.count != digits.utf8.count
        ? label.utf8.count > digits.utf8.count
        : digits.utf8.lexicographicallyPrecedes(label.utf8)
    }
    // The first and the last are named already.
    guard let above = users.labels.firstIndex(where: isAbove), above > 0 else { return [] }
    return [users.labels[above - 1], users.labels[above]]
  }
}
