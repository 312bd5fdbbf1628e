import Foundation
import Testing

@testable import Acquisition

@Suite struct RetryPolicyTests {
  @Test func waitsDoubleUpToTheCapAndAreDrawnFromZeroOn() {
    let policy = RetryPolicy()
    var generator = SystemRandomNumberGenerator()
    for (count, longest) in [(1, 1.0), (2, 2.0), (4, 8.0), (7, 60.0), (50, 60.0)] {
      let waits = (0..<200).map { _ in policy.delay(afterAttempts: count, using: &generator) }
      #expect(waits.allSatisfy { (0...longest).contains($0) })
      #expect(waits.contains { $0 > longest / 2 })
      #expect(waits.contains { $0 < longest / 2 })
    }
  }

  @Test(
    arguments: [
      ("120", 120), (" 0 ", 0), ("-1", nil), ("soon", nil), (nil, nil),
      ("Mon, 23 Nov 2026 02:00:30 GMT", 30), ("Mon, 23 Nov 2026 01:00:00 GMT", 0),
    ] as [(String?, Double?)])
  func serversAskForSecondsOrADate(header: String?, seconds: Double?) throws {
    let now = try Date("2026-11-23T02:00:00Z", strategy: .iso8601)
    #expect(RetryPolicy.requestedDelay(header, now: now) == seconds)
  }
}
