/// A position in the dense numbering 0, 1, 2, … of users or of items.
///
/// Users and items have an index type each, so that a user's row can never be passed for an
/// item's.
public protocol DenseIndex: Hashable, Comparable, Sendable {
  /// The position as it is stored.
  var rawValue: UInt32 { get }

  /// Creates the index of a position.
  ///
  /// - Precondition: `position` is at least 0 and below 2³².
  init(_ position: Int)
}

extension DenseIndex {
  /// The position as a subscript for arrays.
  @inlinable
  public var position: Int { Int(rawValue) }

  /// Returns whether an index stands before another.
  @inlinable
  public static func < (lhs: Self, rhs: Self) -> Bool {
    lhs.rawValue < rhs.rawValue
  }
}

/// The dense index of a user.
public struct UserIndex: DenseIndex {
  /// The position as it is stored.
  public let rawValue: UInt32

  /// Creates the index of the user at a position of the label encoder.
  @inlinable
  public init(_ position: Int) {
    rawValue = UInt32(position)
  }
}

/// The dense index of an item.
public struct ItemIndex: DenseIndex {
  /// The position as it is stored.
  public let rawValue: UInt32

  /// Creates the index of the item at a position of the label encoder.
  @inlinable
  public init(_ position: Int) {
    rawValue = UInt32(position)
  }
}
