import Foundation

/// How long to wait between attempts: exponential with full jitter.
///
/// Before attempt n + 1 the wait is uniform in [0, min(cap, base · 2^(n − 1))], after Brooker,
/// "Exponential Backoff and Jitter" (2015). What a server asks for goes before that.
struct RetryPolicy: Sendable {
  /// The longest first wait in seconds.
  var base = 1.0
  /// The longest wait in seconds.
  var cap = 60.0

  /// The statuses that may pass by waiting.
  static let transientStatuses: Set<Int> = [408, 429, 500, 502, 503, 504]

  /// The wait in seconds after the given number of failed attempts, where `chance` from 0 up to 1
  /// is the jitter.
  func delay(afterAttempts count: Int, chance: Double) -> Double {
    precondition(count > 0, "there is no wait before the first attempt")
    return chance * min(cap, base * pow(2, Double(count - 1)))
  }

  /// The wait in seconds that a `Retry-After` header asks for: a number of seconds or a date.
  static func requestedDelay(_ header: String?, secondsSince1970 now: Double) -> Double? {
    guard let text = header?.trimmingCharacters(in: .whitespaces), !text.isEmpty else { return nil }
    if let seconds = Int(text) { return seconds >= 0 ? Double(seconds) : nil }
    let formatter = DateFormatter()
    formatter.locale = Locale(identifier: "en_US_POSIX")
    formatter.timeZone = TimeZone(secondsFromGMT: 0)
    formatter.dateFormat = "EEE, dd MMM yyyy HH:mm:ss zzz"
    return formatter.date(from: text).map { max(0, $0.timeIntervalSince1970 - now) }
  }
}
