import Testing

@testable import Job

struct HalvingScheduleTests {
  @Test func eachRoundHasFewerTrialsAndTrainsThemLonger() {
    let rungs = HalvingSchedule(trials: 32, rungs: 3, keep: 0.25).rungs
    #expect(rungs.map(\.trials) == [32, 8, 2])
    #expect(rungs.map(\.share) == [0.0625, 0.25, 1])
    // Each round costs the same, so that the whole search costs three times the last one.
    #expect(rungs.map { Double($0.trials) * $0.share } == [2, 2, 2])
  }

  @Test func whatIsNotWholeIsRoundedUpAndOneTrialIsAlwaysLeft() {
    let rungs = HalvingSchedule(trials: 5, rungs: 4, keep: 0.3333).rungs
    #expect(rungs.map(\.trials) == [5, 2, 1, 1])
    #expect(HalvingSchedule.part(rungs[0].share, of: 50) == 2)
    #expect(HalvingSchedule.part(1, of: 50) == 50)
    #expect(HalvingSchedule.part(0.001, of: 50) == 1)
  }

  @Test func oneRoundTrainsEveryTrialToItsEnd() {
    #expect(
      HalvingSchedule(trials: 7, rungs: 1, keep: 0.5).rungs
        == [HalvingSchedule.Rung(trials: 7, share: 1)])
  }

  @Test func theBestGoOnInTheirOwnOrder() {
    let results: [(trial: Int, value: Double?)] = [
      (1, 0.9), (2, 0.7), (3, nil), (4, 0.8), (5, 0.7), (6, 1.5),
    ]
    #expect(HalvingSchedule.promoted(results, count: 3, isLowerBetter: true) == [2, 4, 5])
    #expect(HalvingSchedule.promoted(results, count: 2, isLowerBetter: false) == [1, 6])
    // Of equals the earlier; what failed is never among them.
    #expect(HalvingSchedule.ranked(results, isLowerBetter: true) == [2, 5, 4, 1, 6])
    #expect(HalvingSchedule.promoted(results, count: 9, isLowerBetter: true).count == 5)
  }
}
