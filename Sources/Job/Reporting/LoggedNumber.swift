import Logging
import Storage

/// A number in a log record, which stays one where the log is JSON.
struct LoggedNumber: CustomStringConvertible, Sendable {
  /// The number; `null` for an infinite value or NaN.
  let json: JSONValue
  /// The number for the text form.
  let description: String

  init(_ value: Double) {
    json = .numberOrNull(value)
    description = value.isFinite ? json.text() : "\(value)"
  }
}

extension Logger.MetadataValue {
  /// A whole number.
  static func number(_ value: Int) -> Self { .number(Double(value)) }

  /// A number.
  static func number(_ value: Double) -> Self { .stringConvertible(LoggedNumber(value)) }

  /// The value in a JSON log: numbers are numbers, all else is a text.
  var json: JSONValue {
    guard case .stringConvertible(let value) = self, let number = value as? LoggedNumber else {
      return .string("\(self)")
    }
    return number.json
  }
}
