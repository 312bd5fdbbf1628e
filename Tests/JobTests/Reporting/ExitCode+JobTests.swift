import Job
import Testing

@Suite struct ExitStatusTests {
  @Test func aUserThatTheBundleDoesNotKnowIsBadData() {
    let error = BundleQueryError.unknownUser(
      bundle: "model", user: "0", users: 1, hint: "ids are numbers")
    #expect(ExitStatus(error) == .badData)
  }

  @Test func theCauseOfAFailedStageDecides() {
    let error = BundleQueryError.unknownUser(
      bundle: "model", user: "0", users: 1, hint: "ids are numbers")
    #expect(ExitStatus(JobError(stage: .recommend, cause: error)) == .badData)
  }

  @Test func whatNobodyThoughtOfIsAFaultOfTheProgram() {
    struct Surprise: Error {}
    #expect(ExitStatus(Surprise()) == .fault)
  }
}
