import Recommenders
import Storage
import TestSupport
import Testing

@testable import Job

/// Lists of items that a job has inline or in a file.
@Suite struct ItemListsTests {
  private let directory: TemporaryDirectory

  init() throws {
    directory = try TemporaryDirectory()
  }

  private func plan(_ members: String) throws -> Plan {
    let job = try directory.write(
      #"{"name": "a", "dataset": {"sources": ["a.zip"]}, \#(members)}"#, to: "job.json")
    return try Plan(JobFile(contentsOf: job))
  }

  private static func digest(_ plan: Plan) -> SHA256Digest {
    plan.resultPlanHash(datasetDigest: SHA256Digest(of: "data"))
  }

  @Test func aFileHasAnIdInEachLine() throws {
    try directory.write("\u{FEFF}007\r\n\n a b \n9", to: "lists/deny.txt")
    let read = try plan(
      #""recommend": {"candidates": {"allow": ["9"], "deny": {"file": "lists/deny.txt"}}}"#)
    #expect(read.recommend.candidates.allow == ["9"])
    #expect(read.recommend.candidates.deny == ["007", " a b ", "9"])
    // The plan has the ids, so that it runs again without the file.
    try directory.write(read.text, to: "plan.json")
    try FileSystem.removeFile(directory.path("lists/deny.txt"))
    let again = try Plan(JobFile(contentsOf: directory.path("plan.json")))
    #expect(again.recommend.candidates == read.recommend.candidates)
  }

  @Test func anotherContentIsAnotherResultAndNoListsLeaveNoTrace() throws {
    let without = try plan(#""recommend": {"k": 10}"#)
    #expect(
      without.resultPlan(datasetDigest: SHA256Digest(of: "data"))["recommend"]?["candidates"] == nil
    )
    let deny = #""recommend": {"candidates": {"deny": {"file": "deny.txt"}}}"#
    try directory.write("1\n", to: "deny.txt")
    let one = try Self.digest(plan(deny))
    try directory.write("1\n2\n", to: "deny.txt")
    let two = try Self.digest(plan(deny))
    #expect(Set([Self.digest(without), one, two]).count == 3)
    #expect(try two == Self.digest(plan(#""recommend": {"candidates": {"deny": ["1", "2"]}}"#)))
  }

  @Test func aComparedModelMayHaveListsOfItsOwn() throws {
    try directory.write("5\n", to: "allow.txt")
    let read = try plan(
      #"""
      "compare": [{"name": "x", "recommend": {"candidates": {"allow": {"file": "allow.txt"}}}}]
      """#)
    #expect(read.compare?.count == 1)
    #expect(!read.text.contains("allow.txt"))
  }

  @Test func aFileThatIsMissingIsAMissingInput() throws {
    let path = directory.path("none.txt")
    #expect(throws: PlanError.unreadable(.notFound(path: path))) {
      try plan(#""recommend": {"candidates": {"deny": {"file": "none.txt"}}}"#)
    }
  }

  @Test(arguments: [
    #"{"allow": {"files": "x"}}"#, #"{"allow": "1"}"#, #"{"allow": []}"#, #"{"deny": [1]}"#,
    #"{"deny": {"file": 1}}"#,
  ])
  func whatIsNoListIsAFault(candidates: String) {
    let faults = JobDocuments.faults(adding: #""recommend": {"candidates": \#(candidates)}"#)
    #expect(faults.count == 1)
    #expect(faults.first?.contains("at /recommend/candidates/") ?? false, "\(faults)")
  }

  @Test func anEmptyFileAllowsNothingAndIsAFault() throws {
    try directory.write("\n", to: "empty.txt")
    #expect(
      try plan(#""recommend": {"candidates": {"deny": {"file": "empty.txt"}}}"#)
        .recommend.candidates.deny == [])
    #expect(throws: PlanError.self) {
      try plan(#""recommend": {"candidates": {"allow": {"file": "empty.txt"}}}"#)
    }
  }
}
