import Recommenders

/// What is told of a training under way: the epoch, what early stopping has seen, the time left.
struct EpochProgress {
  private let label: String
  private let limit: Int
  private let stopping: EarlyStoppingOptions?
  private let begin: Duration
  private var epochsDone = 0
  private var best: (epoch: Int, value: Double)?
  private var last = 0

  /// Begins a training.
  ///
  /// - Parameters:
  ///   - label: The phase of training.
  ///   - limit: The epoch at which it ends at the latest.
  ///   - stopping: What ends it earlier, if anything does.
  ///   - begin: When its first epoch began, since some instant.
  init(label: String, limit: Int, stopping: EarlyStoppingOptions?, begin: Duration) {
    self.label = label
    self.limit = limit
    self.stopping = stopping
    self.begin = begin
  }

  /// The epoch that a training after this one ends with: the best, or the last where no epoch is
  /// better than another.
  var chosenEpoch: Int {
    stopping?.restoreBest == true ? best?.epoch ?? last : last
  }

  /// Takes note of an epoch that ended, and returns the text.
  mutating func text(_ record: EpochRecord, now: Duration) -> String {
    epochsDone += 1
    last = record.epoch
    let seconds = (now - begin) / .seconds(1) / Double(epochsDone)
    var parts = ["\(label): epoch \(record.epoch) of \(stopping == nil ? "" : "at most ")\(limit)"]
    if let rmse = record.validationRMSE {
      parts.append("validation RMSE \(Self.digits(rmse))")
      parts += watch(record, rmse)
    } else {
      parts.append("loss \(Self.digits(record.trainLoss))")
    }
    parts.append("\(ComparisonOutcome.fixed(seconds, digits: seconds < 10 ? 2 : 0)) s an epoch")
    let left = TransferProgress.clock(seconds * Double(max(limit - record.epoch, 0)))
    parts.append(stopping == nil ? "\(left) left" : "at most \(left) left")
    return TransferProgress.bar(Double(record.epoch) / Double(max(limit, 1))) + " "
      + parts.joined(separator: ", ")
  }

  private mutating func watch(_ record: EpochRecord, _ rmse: Double) -> [String] {
    guard let stopping else { return [] }
    let value = stopping.monitor == .validationLoss ? record.validationLoss ?? rmse : rmse
    if best.map({ value < $0.value - stopping.minDelta }) ?? true { best = (record.epoch, value) }
    guard let best, best.epoch != record.epoch else { return ["the best so far"] }
    return [
      "best \(Self.digits(best.value)) in epoch \(best.epoch)",
      "patience \(record.epoch - best.epoch) of \(stopping.patience)",
    ]
  }

  private static func digits(_ value: Double) -> String {
    ComparisonOutcome.fixed(value, digits: 4)
  }
}
