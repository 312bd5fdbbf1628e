import Ratings
import Testing

@testable import Job

@Suite struct UnknownUserTests {
  private func hint(_ id: String, _ known: [String]) -> String {
    UserHint.text(for: id, in: LabelEncoder<UserIndex>(fitting: known))
  }

  @Test func numbersHaveARangeAndNeighbours() {
    let known = ["3", "20", "100", "7000"]
    #expect(hint("21", known) == "ids are numbers from 3 to 7000, near it 20 and 100")
    #expect(hint("9999", known) == "ids are numbers from 3 to 7000")
    #expect(hint("2", known) == "ids are numbers from 3 to 7000")
    #expect(hint("nobody", known) == "ids are numbers from 3 to 7000")
  }

  @Test(arguments: ["020", " 20", "20 ", "0020\t"])
  func anIdThatIsOnlyWrittenOtherwiseIsFound(id: String) {
    #expect(hint(id, ["3", "20"]) == "did you mean \"20\"?")
  }

  @Test func textsHaveTheOneThatIsClosest() {
    let known = ["C-001", "C-002", "anna", "berta"]
    #expect(hint("c-001", known) == "did you mean \"C-001\"?")
    #expect(hint("anne", known).hasPrefix("did you mean \"anna\"? ids are written as in"))
    #expect(
      hint("zacharias", known)
        == "ids are written as in the dataset, for example C-001, C-002, anna")
  }

  @Test func severalUnknownUsersAreNamedButNotAll() {
    let error = BundleQueryError.unknownUsers(
      bundle: "out", unknown: (1...7).map { "x\($0)" }, of: 9, hint: "ids are numbers")
    #expect(
      error.description
        == "out does not know 7 of the 9 users: \"x1\", \"x2\", \"x3\", \"x4\", \"x5\" and others; "
        + "ids are numbers")
    #expect(ExitStatus(error) == .badData)
  }
}
