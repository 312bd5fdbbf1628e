/// The kinds of rows that cannot be read.
public enum BadRowReason: String, CaseIterable, Sendable {
  /// More or fewer fields than the layout has.
  case wrongFieldCount = "wrong-field-count"
  /// Text between a closing quote and the delimiter.
  case misplacedQuote = "misplaced-quote"
  /// A user or item without an id.
  case emptyID = "empty-id"
  /// A text that is not UTF-8.
  case invalidText = "invalid-text"
  /// A rating that is not a decimal number.
  case invalidRating = "invalid-rating"
  /// A rating that no finite number can hold.
  case nonFiniteRating = "non-finite-rating"
  /// A rating beyond the scale that the job gives.
  case ratingOutOfScale = "rating-out-of-scale"
  /// A timestamp that is not written as the job says.
  case invalidTimestamp = "invalid-timestamp"
  /// A JSON object without a value that is needed.
  case missingField = "missing-field"
  /// A line that is not a JSON object of the values that are needed.
  case invalidJSON = "invalid-json"
  /// A genre flag that is neither 0 nor 1.
  case invalidFlag = "invalid-flag"
}
