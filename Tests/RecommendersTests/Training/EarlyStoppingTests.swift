import Testing

@testable import Recommenders

struct EarlyStoppingTests {
  @Test func stopsWhenPatienceEpochsWereNotBetter() {
    var options = EarlyStoppingOptions()
    options.patience = 2
    options.minDelta = 0.1
    var stopping = EarlyStopping(options)
    #expect(stopping.bestEpoch == nil)
    #expect(stopping.observe(1, epoch: 1) == .better)
    // Exactly the least fall is not enough.
    #expect(stopping.observe(0.9375, epoch: 2) == .notBetter)
    #expect(stopping.observe(0.75, epoch: 3) == .better)
    #expect(stopping.observe(0.8, epoch: 4) == .notBetter)
    #expect(stopping.observe(0.7, epoch: 5) == .stop)
    #expect(stopping.bestEpoch == 3)
  }

  @Test func aNonNumberIsNeverBetter() {
    var stopping = EarlyStopping(EarlyStoppingOptions())
    #expect(stopping.observe(.nan, epoch: 1) == .notBetter)
    #expect(stopping.bestEpoch == nil)
  }
}
