import Testing

@testable import Acquisition

@Suite struct RetryPolicyTests {
  @Test func waitsDoubleUpToTheCapAndAreDrawnFromZeroOn() {
    let policy = RetryPolicy()
    for (count, longest) in [(1, 1.0), (2, 2.0), (4, 8.0), (7, 60.0), (50, 60.0)] {
      #expect(policy.delay(afterAttempts: count, chance: 0) == 0)
      #expect(policy.delay(afterAttempts: count, chance: 0.5) == longest / 2)
      #expect(policy.delay(afterAttempts: count, chance: 1) == longest)
    }
  }

  @Test(
    arguments: [
      ("120", 120), (" 0 ", 0), ("-1", nil), ("soon", nil), (nil, nil),
      ("Mon, 23 Nov 2026 02:00:30 GMT", 30), ("Mon, 23 Nov 2026 01:00:00 GMT", 0),
    ] as [(String?, Double?)])
  func serversAskForSecondsOrADate(header: String?, seconds: Double?) throws {
    #expect(
      RetryPolicy.requestedDelay(header, secondsSince1970: ManualClock.start) == seconds)
  }
}
