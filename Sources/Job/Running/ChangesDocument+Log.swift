import Logging

extension ChangesDocument {
  /// Tells the log what changed; what could not be compared only warns.
  func report(to logger: Logger, _ clock: inout StageClock) {
    for warning in warnings { clock.warn(warning) }
    guard let previous else { return }
    for (message, facts) in [
      ("Data compared", dataSummary), ("Lists compared", lists?.summary ?? []),
    ] where !facts.isEmpty {
      var metadata: Logger.Metadata = ["run.previous": "\(previous.identifier)"]
      for fact in facts {
        metadata[fact.key] = Double(fact.value).map { .number($0) } ?? "\(fact.value)"
      }
      logger.info("\(message)", metadata: metadata)
    }
  }
}
