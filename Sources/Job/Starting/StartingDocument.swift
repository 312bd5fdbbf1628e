import Ratings
import Storage

/// The content of a starting job file.
struct StartingDocument {
  private let name: String
  private let source: String
  private let shownSource: String
  private let sha256: SHA256Digest
  private let items: StartingItems?
  private let content: StartingData.Content
  private let memberCount: Int
  private var scale: RatingScale?
  private var ratingCount = 0
  private var hasTimes = false

  /// Begins with what the dataset's members tell.
  init(
    name: String, source: String, shownSource: String, sha256: SHA256Digest,
    data: StartingData, items: StartingItems?
  ) {
    self.name = name
    self.source = source
    self.shownSource = shownSource
    self.sha256 = sha256
    self.items = items
    content = data.content
    memberCount = data.memberCount
  }

  /// Adds what reading all rows told.
  mutating func know(_ dataset: RatingsDataset) {
    scale = dataset.scale
    ratingCount = dataset.ratings.count
    hasTimes = dataset.report.oldestTimestamp != nil
  }

  /// The whole job file.
  var json: JSONValue {
    var members = [
      comment(
        "Written by recjob init after a look at \(shownSource). Keys that are missing have "
          + "defaults; \"recjob run --print-plan\" shows them all."),
      JSONMember(key: "name", value: .string(name)),
      JSONMember(key: "dataset", value: .object(dataset)),
    ]
    if hasTimes {
      members.append(
        JSONMember(
          key: "split",
          value: .object([
            comment("\"temporal\" holds out the newest ratings instead of random ones."),
            JSONMember(key: "strategy", value: "random"),
          ])))
    }
    members += [
      JSONMember(key: "recommend", value: .object(recommend)),
      JSONMember(key: "export", value: ["formats": ["csv", "jsonl"]]),
      JSONMember(
        key: "output",
        value: ["directory": .string("out/\(name)"), "keep_runs": 14]),
      JSONMember(key: "gates", value: .object(gates)),
    ]
    return .object(members)
  }

  private func comment(_ text: String) -> JSONMember {
    JSONMember(key: "$comment", value: .string(text))
  }

  // MARK: - Sections

  private var dataset: [JSONMember] {
    var members = [
      comment(
        "A run takes what it finds there. For data that must never change, add "
          + "\"sha256\": \"\(sha256.hex)\", or \"pin\": \"lock\", which records the hash of the first "
          + "run; other data then ends a run with 65."),
      JSONMember(key: "sources", value: [.string(source)]),
    ]
    if case .described(let ratings, let items) = content {
      members.append(JSONMember(key: "format", value: .string(ratings.guess.format.rawValue)))
      if isOneOfSeveral { members.append(JSONMember(key: "ratings", value: .string(ratings.name))) }
      members += rowMembers(ratings.guess)
      members.append(
        JSONMember(
          key: "columns", value: columns(ratings.guess, [.user, .item, .rating, .timestamp])))
      if ratings.guess.roles.columns[.timestamp] != nil {
        members.append(
          JSONMember(
            key: "timestamps", value: .string(ratings.guess.roles.timestamps.rawValue)))
      }
      if self.items == nil, let items {
        let member = JSONMember(key: "member", value: .string(items.name))
        members.append(JSONMember(key: "items", value: .object([member] + listing(items.guess))))
      }
    }
    if let items {
      var value = [JSONMember(key: "sources", value: [.string(items.place)])]
      if items.isOneOfSeveral {
        value.append(JSONMember(key: "member", value: .string(items.member.name)))
      }
      members.append(
        JSONMember(key: "items", value: .object(value + listing(items.member.guess))))
    }
    return members
  }

  /// What is said of a list of items besides its place.
  private func listing(_ guess: LayoutGuess) -> [JSONMember] {
    var members = [JSONMember(key: "format", value: .string(guess.format.rawValue))]
    members += rowMembers(guess)
    members.append(JSONMember(key: "columns", value: columns(guess, [.item, .title, .genres])))
    if let separator = StartingItems.genreSeparator(guess) {
      members.append(JSONMember(key: "genre_separator", value: .string(separator)))
    }
    return members
  }

  /// Whether the ratings' member has to be named.
  private var isOneOfSeveral: Bool {
    if case .described(_, let items) = content { return items != nil || memberCount > 1 }
    return false
  }

  private func rowMembers(_ guess: LayoutGuess) -> [JSONMember] {
    guard guess.format == .delimited else { return [] }
    var members = [
      JSONMember(key: "delimiter", value: .string(guess.rows.delimiter)),
      JSONMember(key: "header", value: .bool(guess.rows.header)),
    ]
    if !guess.rows.quotes { members.append(JSONMember(key: "quotes", value: false)) }
    if guess.rows.encoding != .utf8 {
      members.append(JSONMember(key: "encoding", value: .string(guess.rows.encoding.rawValue)))
    }
    return members
  }

  private func columns(_ guess: LayoutGuess, _ roles: [ColumnRole]) -> JSONValue {
    var members: [JSONMember] = []
    let guessed = guess.roles.guesses.map(\.role).filter(roles.contains)
    if !guessed.isEmpty {
      members.append(
        comment("Guessed: \(guessed.map(\.rawValue).joined(separator: ", ")). Have a look."))
    }
    for role in roles {
      guard let column = guess.roles.columns[role] else {
        // A title is looked for unless the job says that there is none.
        if role == .title { members.append(JSONMember(key: role.rawValue, value: .null)) }
        continue
      }
      let value: JSONValue =
        switch guess.table.reference(column) {
        case .named(let name): .string(name)
        case .position(let position): .integer(position)
        }
      members.append(JSONMember(key: role.rawValue, value: value))
    }
    return .object(members)
  }

  private var recommend: [JSONMember] {
    var members = [JSONMember(key: "k", value: 10)]
    guard let scale, threshold(of: scale) != 4 else { return members }
    members.insert(
      comment("From the threshold on, a rating counts as a sign that the item was liked."), at: 0)
    members.append(
      JSONMember(key: "relevance_threshold", value: .numberOrNull(threshold(of: scale))))
    return members
  }

  /// What 4 is on a scale from 0.5 to 5, in halves where the scale is that long.
  private func threshold(of scale: RatingScale) -> Double {
    let range = Double(scale.maximum) - Double(scale.minimum)
    let value = Double(scale.minimum) + range * 3.5 / 4.5
    let steps = range >= 2 ? 2.0 : 100
    return (value * steps).rounded() / steps
  }

  private var gates: [JSONMember] {
    let range = scale.map { Double($0.maximum) - Double($0.minimum) } ?? 4.5
    let heldOut = (Double(ratingCount) * SplitOptions().testFraction).rounded(.down)
    // What 0.02 is on a scale from 0.5 to 5, or three standard errors of the difference of two RMSEs
    // where few ratings are held out: about 0.6 of the range divided by the root of their number.
    let room = range * max(0.02 / 4.5, 0.6 / max(heldOut, 1).squareRoot())
    // Two digits.
    var unit = 1.0
    while room > 0, room < 10 * unit, unit > 1e-9 { unit /= 10 }
    let increase = room > 0 ? (room / unit).rounded() * unit : 0.02
    return [
      comment(
        "What a run must fulfil to be published. Add \"max_test_rmse\" after the first runs "
          + "have shown what is usual. \"max_rmse_increase\" leaves room for chance: about "
          + "\(Int(heldOut)) ratings are held out."),
      JSONMember(key: "max_rmse_increase", value: .numberOrNull((increase * 1e9).rounded() / 1e9)),
      JSONMember(key: "beat_baseline", value: "warn"),
      JSONMember(key: "max_shrink", value: 0.5),
    ]
  }
}
