import Storage

/// What a trial came to in one round.
struct TrialResult: Equatable, Sendable {
  /// The round, from 1.
  var rung: Int
  /// The trial's number.
  var trial: Int
  /// The value of the metric; `nil` if there is none.
  var value: Double?
  /// The epochs that were trained; 0 for a model without epochs.
  var epochs: Int
  /// Whether more epochs would have changed nothing: early stopping had ended the training.
  var isOver: Bool
  /// Why there is no value.
  var failure: String?

  /// The result as a line of the journal.
  var json: JSONValue {
    [
      "rung": .integer(rung), "trial": .integer(trial),
      "value": value.map { .numberOrNull($0) } ?? .null, "epochs": .integer(epochs),
      "is_over": .bool(isOver), "failure": failure.map { .string($0) } ?? .null,
    ]
  }

  init(
    rung: Int, trial: Int, value: Double?, epochs: Int, isOver: Bool, failure: String? = nil
  ) {
    self.rung = rung
    self.trial = trial
    self.value = value
    self.epochs = epochs
    self.isOver = isOver
    self.failure = failure
  }

  /// Reads a line of the journal.
  init?(_ json: JSONValue) {
    guard let rung = json["rung"]?.intValue, let trial = json["trial"]?.intValue,
      let epochs = json["epochs"]?.intValue, let isOver = json["is_over"]?.boolValue,
      let value = json["value"], let failure = json["failure"]
    else { return nil }
    self.init(
      rung: rung, trial: trial, value: value.doubleValue, epochs: epochs, isOver: isOver,
      failure: failure.stringValue)
  }
}

/// The file that keeps the results of a search, so that one that was stopped goes on.
///
/// A line names the format and the key, each line after it is a result. The file is replaced as a whole
/// with each result, so that it is never cut. Whoever writes holds the lock of the search.
struct TuningJournal {
  private static let format = 1

  /// The file.
  let path: String
  private let key: String
  private(set) var results: [TrialResult] = []

  /// Opens the journal of a key in a directory; one that cannot be read is begun anew.
  init(directory: String, key: SHA256Digest) {
    self.key = key.hex
    path = PathName.joined(directory, "tune-\(key.hex.prefix(16)).jsonl")
    guard let text = try? FileSystem.readText(path) else { return }
    let lines = text.split(separator: "\n").map {
      try? JSONParser.parseValue(Array($0.utf8), path: path)
    }
    guard let header = lines.first, header?["format"]?.intValue == Self.format,
      header?["key"]?.stringValue == key.hex
    else { return }
    let read = lines.dropFirst().map { $0.flatMap { TrialResult($0) } }
    results = read.prefix { $0 != nil }.compactMap(\.self)
  }

  /// What a trial came to in a round, if it has been there.
  func result(rung: Int, trial: Int) -> TrialResult? {
    results.first { $0.rung == rung && $0.trial == trial }
  }

  /// Adds a result; the device has it when this returns.
  mutating func add(_ result: TrialResult) throws(StorageError) {
    results.append(result)
    let header: JSONValue = ["format": .integer(Self.format), "key": .string(key)]
    let lines = [header] + results.map(\.json)
    try FileSystem.makeDirectory(PathName.parent(of: path))
    try DurableFile.write(lines.map { $0.text() + "\n" }.joined(), to: path)
  }
}
