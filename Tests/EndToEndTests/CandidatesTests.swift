import Storage
import TestSupport
import Testing

/// Which items a run recommends, where the job allows some or denies some.
@Suite struct CandidatesTests {
  private let fixture: JobFixture
  private static let lists =
    #"recommend.candidates={"allow": ["1", "4", "7", "10", "13", "nobody"], "deny": {"file": "deny.txt"}}"#

  init() throws {
    fixture = try JobFixture()
    try fixture.directory.write("4\n", to: "deny.txt")
  }

  @Test func listsHaveNothingElseAndOneUserIsToldTheSame() throws {
    let outcome = try fixture.run("--set", Self.lists)
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.errors.contains("candidates.unknown=1"))
    let run = try fixture.latest
    let rows = try run.recommendationRows()
    #expect(Set(rows.map { $0[2] }) == ["1", "7", "10", "13"])
    let user = rows[0][0]
    let answer = try fixture.recjob("recommend", "out", "--user", user, "--json")
    let items = try JSONParser.parseValue(Array(answer.output.utf8), path: "answer")
    let listed = items["recommendations"]?.arrayValue?.compactMap { $0["item_id"]?.stringValue }
    #expect(listed == rows.filter { $0[0] == user }.map { $0[2] })
  }

  @Test func anotherListIsAnotherNight() throws {
    #expect(try fixture.run("--set", Self.lists).status == 0)
    #expect(try fixture.run("--set", Self.lists).output.contains("unchanged"))
    try fixture.directory.write("4\n7\n", to: "deny.txt")
    #expect(try fixture.run("--set", Self.lists).status == 0)
    #expect(try fixture.runs.count == 2)
    #expect(try !fixture.latest.recommendationRows().contains { $0[2] == "7" })
    // The plan has the ids of its night.
    try fixture.directory.write("1\n", to: "deny.txt")
    let again = try fixture.recjob("reproduce", "out")
    #expect(again.status == 0, "\(again.errors)")
  }
}
