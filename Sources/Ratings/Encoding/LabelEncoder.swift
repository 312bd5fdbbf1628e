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
    self = Self.fit(Array(labels)).encoder
  }

  /// Fits an encoder to labels and returns it with the index of each.
  ///
  /// - Complexity: O(*n* log *n*).
  static func fit(_ labels: [String]) -> (encoder: LabelEncoder, indices: [Index]) {
    let isNumeric = labels.allSatisfy(Self.isCanonicalDecimal)
    var order = labels.indices.map { position in
      (key: Self.sortKey(of: labels[position], numerically: isNumeric), position: position)
    }
    order.sort { left, right in
      if left.key != right.key { return left.key < right.key }
      return precedes(labels[left.position], labels[right.position], numerically: isNumeric)
    }
    var sorted: [String] = []
    sorted.reserveCapacity(labels.count)
    var indices = [Index](repeating: Index(0), count: labels.count)
    for (_, position) in order {
      let label = labels[position]
      if sorted.last.map({ !areEqual($0, label) }) ?? true { sorted.append(label) }
      indices[position] = Index(sorted.count - 1)
    }
    return (LabelEncoder(labels: sorted, isNumeric: isNumeric), indices)
  }

  private init(labels: [String], isNumeric: Bool) {
    self.labels = labels
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

  /// A number that orders labels as their comparison does, save that different labels may share it.
  private static func sortKey(of label: String, numerically: Bool) -> UInt64 {
    guard numerically else {
      // The first eight bytes, and zeros after a shorter label.
      let key = label.utf8.prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
      return label.utf8.count < 8 ? key << UInt64(8 * (8 - label.utf8.count)) : key
    }
    // Nineteen digits always fit and stay below the greatest number.
    guard label.utf8.count <= 19 else { return .max }
    return label.utf8.reduce(UInt64(0)) { $0 &* 10 &+ UInt64($1 &- UInt8(ascii: "0")) }
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
