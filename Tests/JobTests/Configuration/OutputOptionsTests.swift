import Testing

@testable import Job

@Suite struct OutputOptionsTests {
  @Test(
    arguments: [
      (1, nil, 3600), (0, nil, 0), (0.001, nil, 4), (1, 30, 2_592_000), (48, 1, 172_800),
      (.greatestFiniteMagnitude, nil, 1_000_000_000_000),
    ] as [(Double, Int?, Int64)])
  func aRunIsKeptAsLongAsTheLongerKeySays(minAge: Double, keepDays: Int?, seconds: Int64) {
    var options = OutputOptions()
    options.minAge = minAge
    options.keepDays = keepDays
    #expect(options.keepSeconds == seconds)
  }

  @Test func readersHaveAnHour() {
    #expect(OutputOptions().keepSeconds == 3600)
  }
}
