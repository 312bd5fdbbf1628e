/// A number of a JSON text: an exact integer where it is one, a double otherwise.
///
/// A whole double of at most 2⁵³ is held as an integer, so that `1`, `1.0` and `1e0` are equal.
public struct JSONNumber: Sendable, Equatable {
  private enum Storage: Sendable, Equatable {
    case integer(Int64)
    case double(Double)
  }

  private let storage: Storage

  /// Creates an integer.
  public init(_ value: Int64) {
    storage = .integer(value)
  }

  /// Creates an integer.
  public init(_ value: Int) {
    storage = .integer(Int64(value))
  }

  /// Creates a number from a double.
  ///
  /// - Precondition: The value is finite.
  public init(_ value: Double) {
    precondition(value.isFinite, "JSON has no number for an infinite value or NaN")
    if value.magnitude <= 0x1p53, let integer = Int64(exactly: value) {
      storage = .integer(integer)
    } else {
      storage = .double(value)
    }
  }

  /// Creates the number that prints with the float's own shortest digits: 4.83, not 4.829999924.
  ///
  /// - Precondition: The value is finite.
  public init(_ value: Float) {
    precondition(value.isFinite, "JSON has no number for an infinite value or NaN")
    self.init(Double(value.description) ?? Double(value))
  }

  /// The number as an integer, or `nil` if it has a fraction or does not fit.
  public var intValue: Int? {
    switch storage {
    case .integer(let value): Int(exactly: value)
    case .double(let value): Int(exactly: value)
    }
  }

  /// Whether the number has no fraction, however large it is.
  public var isWhole: Bool {
    switch storage {
    case .integer: true
    case .double(let value): value == value.rounded(.towardZero)
    }
  }

  /// The number as a double, rounded where an integer has more than 53 bits.
  public var doubleValue: Double {
    switch storage {
    case .integer(let value): Double(value)
    case .double(let value): value
    }
  }

  /// The shortest decimal that reads back as the same number, without an exponent.
  public var text: String {
    switch storage {
    case .integer(let value): String(value)
    case .double(let value): DecimalText.shortest(value)
    }
  }

  /// The number as RFC 8785 writes it: as ECMAScript prints the double.
  public var canonicalText: String {
    DecimalDigits(description: doubleValue.description).ecmaScriptText
  }
}
