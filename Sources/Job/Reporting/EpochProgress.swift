import Recommenders

/// What is told of a training under way: the epoch, what early stopping has seen, the time left.
struct EpochProgress {
  private let label: String
  /// The epoch at which it ends at the latest; `nil` where that is not known.
  private let limit: Int?
  private let options: EarlyStoppingOptions?
  private var timeTaken = Duration.zero
  private var epochsDone = 0
  /// What early stopping has seen; `nil` where nothing is watched, or not all of it is known.
  private var stopping: EarlyStopping?
  private var last = 0

  /// Begins a training.
  ///
  /// - Parameters:
  ///   - label: The phase of training.
  ///   - limit: The epoch at which it ends at the latest; `nil` where that is not known.
  ///   - options: What ends it earlier, if anything does.
  ///   - first: The number of its first epoch here.
  ///   - history: The epochs of an earlier process, whose training this one may go on with.
  init(
    label: String, limit: Int?, stopping options: EarlyStoppingOptions?, first: Int = 1,
    history: [EpochRecord] = []
  ) {
    self.label = label
    self.limit = limit
    self.options = options
    // A training that could not go on with the earlier one began anew.
    let before = history.prefix { $0.epoch < first }
    guard let options, before.count == first - 1 else { return }
    var stopping = EarlyStopping(options)
    for record in before { Self.observe(record, &stopping) }
    self.stopping = stopping
  }

  /// The epoch that a training after this one ends with: the best, or the last where no epoch is
  /// better than another; `nil` where that is not known.
  var chosenEpoch: Int? {
    guard options?.restoreBest == true else { return last }
    return stopping.map { $0.bestEpoch ?? last }
  }

  /// Takes note of an epoch that ended, and returns the text.
  mutating func text(_ record: EpochRecord, took duration: Duration) -> String {
    epochsDone += 1
    timeTaken += duration
    last = record.epoch
    let seconds = timeTaken / .seconds(1) / Double(epochsDone)
    let atMost = options == nil ? "" : "at most "
    var parts = ["\(label): epoch \(record.epoch)" + (limit.map { " of \(atMost)\($0)" } ?? "")]
    if let rmse = record.validationRMSE {
      parts.append("validation RMSE \(Self.digits(rmse))")
      parts += watch(record)
    } else {
      parts.append("loss \(Self.digits(record.trainLoss))")
    }
    parts.append("\(ComparisonOutcome.fixed(seconds, digits: seconds < 10 ? 2 : 0)) s an epoch")
    guard let limit else { return parts.joined(separator: ", ") }
    let left = TransferProgress.clock(seconds * Double(max(limit - record.epoch, 0)))
    parts.append("\(atMost)\(left) left")
    return TransferProgress.bar(Double(record.epoch) / Double(max(limit, 1))) + " "
      + parts.joined(separator: ", ")
  }

  private mutating func watch(_ record: EpochRecord) -> [String] {
    guard var stopping, let options else { return [] }
    Self.observe(record, &stopping)
    self.stopping = stopping
    guard let best = stopping.bestEpoch, best != record.epoch else {
      return stopping.bestEpoch == nil ? [] : ["the best so far"]
    }
    return [
      "best \(Self.digits(stopping.best)) in epoch \(best)",
      "patience \(stopping.wait) of \(options.patience)",
    ]
  }

  private static func observe(_ record: EpochRecord, _ stopping: inout EarlyStopping) {
    if let value = stopping.value(of: record) { stopping.observe(value, epoch: record.epoch) }
  }

  private static func digits(_ value: Double) -> String {
    ComparisonOutcome.fixed(value, digits: 4)
  }
}
