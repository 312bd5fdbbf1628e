import Storage
import Testing

@testable import Acquisition

@Suite struct AcquisitionErrorTests {
  @Test func onlyFailureStandsForItself() {
    #expect(AcquisitionError.combined([.cancelled]) == .cancelled)
  }

  @Test func failuresOfOneKindAreOne() {
    #expect(
      AcquisitionError.combined([.unavailable(attempts: ["a"]), .unavailable(attempts: ["b"])])
        == .unavailable(attempts: ["a", "b"]))
  }

  @Test func wrongDataIsGraverThanMissingData() {
    let mismatch = AcquisitionError.digestMismatch(origin: "a", expected: "1", actual: "2")
    let error = AcquisitionError.combined([
      .notFound(paths: ["b"]), mismatch, .unavailable(attempts: ["c"]),
    ])
    #expect(error.decisive == mismatch)
    #expect(!error.mayPass)
  }

  @Test(
    arguments: [
      .notFound(paths: ["a"]), .unavailable(attempts: ["a"]),
      .digestMismatch(origin: "a", expected: "1", actual: "2"),
      .lockMismatch(origin: "a", lockFile: "l", expected: "1", actual: "2"),
      .damaged(cause: .damagedArchive(path: "a", reason: "it ends too early")),
      .refused(url: "a", reason: "b"), .storage(.notUTF8(path: "a")),
      .noSourceUsable(failures: [.notFound(paths: ["a"]), .unavailable(attempts: ["b"])]),
      .cancelled,
    ] as [AcquisitionError])
  func failuresAreOneSentence(error: AcquisitionError) {
    #expect(error.description.hasSuffix("."))
    #expect(!error.description.dropLast().contains(". "))
    #expect(!error.description.contains("\n"))
  }
}
