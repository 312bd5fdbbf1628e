import Foundation

/// What a fetch knows of time and chance.
///
/// The watch over a connection that is open runs on the machine's own clock: what it waits for is
/// a server, which no other clock can hasten.
public struct FetchClock: Sendable {
  /// Waits, between two attempts or for another job.
  public var sleep: @Sendable (Duration) async throws -> Void
  /// The time since some fixed instant; it never goes back.
  public var elapsed: @Sendable () -> Duration
  /// The seconds since 1970, against which a server's dates are read.
  public var secondsSince1970: @Sendable () -> Double
  /// A number from 0 up to 1, for the jitter of waits.
  public var chance: @Sendable () -> Double

  /// Creates a clock; what is not given is the machine's own.
  public init(
    sleep: (@Sendable (Duration) async throws -> Void)? = nil,
    elapsed: (@Sendable () -> Duration)? = nil, secondsSince1970: (@Sendable () -> Double)? = nil,
    chance: (@Sendable () -> Double)? = nil
  ) {
    let start = ContinuousClock.now
    self.sleep = sleep ?? { try await Task.sleep(for: $0) }
    self.elapsed = elapsed ?? { ContinuousClock.now - start }
    self.secondsSince1970 = secondsSince1970 ?? { Date().timeIntervalSince1970 }
    self.chance =
      chance
      ?? {
        var generator = SystemRandomNumberGenerator()
        return Double.random(in: 0..<1, using: &generator)
      }
  }
}
