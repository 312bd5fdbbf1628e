/// An items file as a parser leaves it.
public struct RawItems: Sendable {
  /// The name of the file, for error messages.
  public let file: String
  /// The rows that were skipped, by reason.
  public internal(set) var skipped: [SkippedRows] = []
  /// The raw ids, in file order; where one comes again, its last row counts.
  public private(set) var labels: [String] = []
  /// What the file says of each.
  public private(set) var details: [ItemDetails] = []

  /// Starts without items.
  public init(file: String) {
    self.file = file
  }

  /// Adds an item.
  public mutating func append(label: String, details: ItemDetails) {
    labels.append(label)
    self.details.append(details)
  }
}
