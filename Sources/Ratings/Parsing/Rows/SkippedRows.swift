/// How many rows were skipped for one reason.
public struct SkippedRows: Sendable, Equatable {
  /// Why.
  public let reason: BadRowReason
  /// How many.
  public let count: Int

  /// Creates a count.
  public init(reason: BadRowReason, count: Int) {
    self.reason = reason
    self.count = count
  }
}
