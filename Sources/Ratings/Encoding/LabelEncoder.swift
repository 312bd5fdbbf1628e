/// A two-way numbering of raw ids: dense indices by sorted label, as scikit-learn's
/// `LabelEncoder`.
///
/// The order is numeric if every label is a canonical decimal, `0|[1-9][0-9]*`, of any length;
/// otherwise it is that of the UTF-8 bytes. Labels are compared byte for byte, never by Unicode
/// equivalence.
public struct LabelEncoder<Index: DenseIndex>: Sendable {
  /// The labels by dense index.
  public let labels: [String]
  /// Whether the labels are ordered as numbers.
  public let isNumeric: Bool

  /// Fits an encoder to labels, of which some may be equal.
  ///
  /// - Complexity: O(*n* log *n*).
  public init(fitting labels: some Sequence<String>) {
    let labels = Array(labels)
    let isNumeric = labels.allSatisfy(Self.isCanonicalDecimal)
    var sorted = labels.sorted { Self.precedes($0, $1, numerically: isNumeric) }
    sorted = sorted.indices.reduce(into: []) { distinct, index in
      guard index == 0 || !Self.areEqual(sorted[index - 1], sorted[index]) else { return }
      distinct.append(sorted[index])
    }
    self.labels = sorted
    self.isNumeric = isNumeric
  }

  /// The number of labels.
  public var count: Int { labels.count }

  /// Every index in ascending order.
  public var indices: some Sequence<Index> & Sendable {
    (0..<labels.count).lazy.map { position in Index(position) }
  }

  /// Returns the index of a label, or `nil` if the encoder was fitted without it.
  ///
  /// - Complexity: O(log *n*).
  public func index(of label: String) -> Index? {
    if isNumeric, !Self.isCanonicalDecimal(label) { return nil }
    var low = 0
    var high = labels.count
    while low < high {
      let middle = low + (high - low) / 2
      if Self.precedes(labels[middle], label, numerically: isNumeric) {
        low = middle + 1
      } else {
        high = middle
      }
    }
    guard low < labels.count, Self.areEqual(labels[low], label) else { return nil }
    return Index(low)
  }

  /// Returns the label of an index, byte for byte as it came in.
  public func label(of index: Index) -> String {
    labels[index.position]
  }

  private static func isCanonicalDecimal(_ label: String) -> Bool {
    let bytes = label.utf8
    guard let first = bytes.first else { return false }
    if first == UInt8(ascii: "0") { return bytes.count == 1 }
    return bytes.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
  }

  /// Without leading zeros the longer number is the greater, so numbers of any size compare by
  /// length first.
  private static func precedes(_ lhs: String, _ rhs: String, numerically: Bool) -> Bool {
    if numerically, lhs.utf8.count != rhs.utf8.count {
      return lhs.utf8.count < rhs.utf8.count
    }
    return lhs.utf8.lexicographicallyPrecedes(rhs.utf8)
  }

  private static func areEqual(_ lhs: String, _ rhs: String) -> Bool {
    lhs.utf8.elementsEqual(rhs.utf8)
  }
}
