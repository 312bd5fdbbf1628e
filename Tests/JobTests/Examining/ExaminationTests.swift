import Foundation
import Storage
import TestSupport
import Testing

@testable import Job

@Suite struct ExaminationTests {
  private static let now = Date(timeIntervalSince1970: 1_800_000_000)

  private static func findings(
    _ job: String, environment: [String: String] = [:], prepare: (TemporaryDirectory) throws -> Void
  ) async throws -> [Finding] {
    let directory = try TemporaryDirectory()
    try directory.write("user,item,rating\n1,2,3\n", to: "data.csv")
    try prepare(directory)
    let path = try directory.write(job, to: "job.json")
    return await JobExamination(
      job: path, output: nil, asksServers: false, environment: environment, now: now
    ).findings()
  }

  private static let job =
    #"{"name": "x", "dataset": {"sources": ["data.csv"]}, "output": {"directory": "out"}}"#

  @Test func aJobWithItsDataHasNoProblem() async throws {
    let findings = try await Self.findings(Self.job) { _ in }
    #expect(!findings.contains { $0.state == .problem }, "\(findings)")
    #expect(findings.contains { $0.subject == "source" && $0.text == "data.csv, 23 B" })
    #expect(findings.contains { $0.subject == "directory" && $0.text.contains("first run makes") })
    #expect(Examination(findings: findings).exitStatus == .success)
  }

  @Test func aBadJobFileIsTheOnlyProblem() async throws {
    let findings = try await Self.findings(#"{"nme": "x"}"#) { _ in }
    #expect(findings.count == 1 && findings[0].status == .badJobFile)
    #expect(findings[0].text.contains(#"did you mean "name"?"#))
  }

  @Test func theFirstProblemDecidesTheStatus() async throws {
    let findings = try await Self.findings(Self.job) {
      try FileSystem.removeFile($0.path("data.csv"))
      try $0.write("a file", to: "out")
    }
    let problems = findings.filter { $0.state == .problem }
    #expect(problems.map(\.status) == [.inputMissing, .cannotCreate])
    #expect(problems.allSatisfy { $0.advice != nil })
    #expect(Examination(findings: findings).exitStatus == .inputMissing)
  }

  @Test func keysThatNoModelReadsAreNamed() async throws {
    func findings(_ model: String, _ more: String = "") async throws -> [Finding] {
      try await Self.findings(
        #"{"name": "x", "dataset": {"sources": ["data.csv"]}, "model": \#(model), \#(more)"#
          + #""training": {"learning_rate": 0.1, "optimizer": "adam", "l2": 0.5, "max_epochs": 9}}"#
      ) { _ in }
    }
    let remark = "no model of this job reads training.optimizer, training.learning_rate"
    let unread = try await findings(#"[{"type": "svd-plus-plus"}, {"type": "item-knn"}]"#)
    #expect(unread.contains { $0.state == .warning && $0.text == remark })
    let read = try await findings(#"[{"type": "svd-plus-plus"}, {"type": "biased-dot"}]"#)
    #expect(!read.contains { $0.text.contains("no model of this job reads") })
    let compared = try await findings(
      #"{"type": "als"}"#, #""compare": [{"name": "y", "model": {"type": "biased-dot"}}], "#)
    #expect(!compared.contains { $0.text.contains("no model of this job reads") })
  }

  @Test func aMirrorThatIsMissingOnlyWarns() async throws {
    let job = Self.job.replacing(#"["data.csv"]"#, with: #"["none.csv", "data.csv"]"#)
    let findings = try await Self.findings(job) { _ in }
    #expect(findings.filter { $0.subject == "source" }.map(\.state) == [.ok, .warning])
  }

  @Test func anotherHashIsBadData() async throws {
    let job = Self.job.replacing(
      #"["data.csv"]"#, with: #"["data.csv"], "sha256": "\#(SHA256Digest(of: "x").hex)""#)
    let findings = try await Self.findings(job) { _ in }
    #expect(findings.first { $0.state == .problem }?.status == .badData)
  }

  @Test func theHashThatWasRecordedIsLookedAt() async throws {
    let job = Self.job.replacing(#"["data.csv"]"#, with: #"["data.csv"], "pin": "lock""#)
    func findings(recorded: String?) async throws -> [Finding] {
      try await Self.findings(job) { directory in
        if let recorded { try directory.write(recorded, to: "job.lock.json") }
      }
    }
    func lock(of text: String) -> String {
      #"{"sources": ["data.csv"], "sha256": "\#(SHA256Digest(of: text).hex)"}"#
    }
    let first = try await findings(recorded: nil)
    #expect(first.contains { $0.subject == "pin" && $0.text.contains("first run records") })
    let right = try await findings(recorded: lock(of: "user,item,rating\n1,2,3\n"))
    #expect(right.contains { $0.subject == "pin" && $0.state == .ok })
    #expect(right.contains { $0.subject == "source" && $0.text.hasSuffix("is the recorded one") })
    let wrong = try await findings(recorded: lock(of: "x"))
    let mismatch = try #require(wrong.first { $0.state == .problem })
    #expect(mismatch.status == .badData && mismatch.text.contains("remove that file to accept"))
    let broken = try await findings(recorded: "{}")
    let problem = try #require(broken.first { $0.subject == "pin" })
    #expect(problem.state == .problem && problem.text.contains("not a lock file of a dataset"))
  }

  @Test func theGroupsAroundAProcessBoundItsMemoryToo() {
    #expect(
      MemoryState.limitFiles(groups: "1:cpu:/x\n0::/system.slice/recjob.service\n") == [
        "/sys/fs/cgroup/system.slice/recjob.service/memory.max",
        "/sys/fs/cgroup/system.slice/memory.max", "/sys/fs/cgroup/memory.max",
      ])
    #expect(
      MemoryState.limitFiles(groups: "4:cpu,memory:/") == [
        "/sys/fs/cgroup/memory/memory.limit_in_bytes"
      ])
  }

  @Test func whatATerminalWouldObeyIsNotShown() {
    let text = Examination(findings: [
      .warning("job", "a\u{1B}b", "c\u{1B}[31m\u{202E}d\ne", "f\u{9B}g"),
      .ok("job", "x", "y"),
    ]).text(.plain)
    #expect(text.contains("a\u{FFFD}b  c\u{FFFD}[31m\u{FFFD}d\n") && text.contains("f\u{FFFD}g"))
    #expect(text == text.printableLines)
  }

  @Test func secretsAreLookedForAndNeverShown() async throws {
    let job = """
      {"name": "x", "dataset": {"sources": ["https://example.org/data.csv"],
        "auth": {"type": "bearer", "token": {"env": "TOKEN"}}}}
      """
    let missing = try await Self.findings(job) { _ in }
    let problem = try #require(missing.first { $0.subject == "secret token" })
    #expect(problem.state == .problem && problem.status == .inputMissing)
    let present = try await Self.findings(job, environment: ["TOKEN": "s3cret"]) { _ in }
    #expect(present.contains { $0.subject == "secret token" && $0.state == .ok })
    let text = Examination(findings: present).text(.plain)
    #expect(text.contains("was not asked") && !text.contains("s3cret"))
  }

  @Test func theLastRunAndWhatItLeftAreTold() async throws {
    let findings = try await Self.findings(Self.job) { directory in
      for path in ["out/state", "out/.staging/x", "out/rejected/20270115T070000Z-0a1b2c3d"] {
        try FileSystem.makeDirectory(directory.path(path))
      }
      try directory.write(
        """
        {"schema_version": 1, "outcome": "failed", "exit_status": 80, "stage": "gate",
         "reason": "worse", "finished": "2027-01-15T07:00:00Z", "run": null, "last_success": null}
        """, to: "out/state/last.json")
    }
    func finding(_ subject: String) -> Finding? { findings.first { $0.subject == subject } }
    #expect(finding("last run")?.state == .warning)
    #expect(
      finding("last run")?.text
        == "failed at 2027-01-15T07:00:00Z, 60 min ago: gate: worse (exit status 80)")
    #expect(finding("staging")?.text == "1 left by a run that was killed")
    #expect(finding("rejected")?.text == "a gate refused 20270115T070000Z-0a1b2c3d")
    #expect(finding("lock")?.text == "free")
  }

  @Test func aClockBeforeTheProgramIsAProblem() {
    #expect(MachineExamination.clock(Date(timeIntervalSince1970: 0)).state == .problem)
    #expect(MachineExamination.clock(Self.now).state == .ok)
  }

  @Test func compressionsThatLackAreNamed() {
    let finding = MachineExamination.archiveLibrary("libarchive 3.7.2 zlib/1.3 bz2lib/1.0.8")
    #expect(finding.state == .warning && finding.text.hasSuffix("what reads .xz, .zst"))
  }

  @Test func theTableAndTheObjectSayTheSame() throws {
    let examination = Examination(findings: [
      .ok("Machine", "clock", "right"), .warning("Job", "source", "old", "look"),
      .problem("Job", "secret", "gone\naway", "put it there", .inputMissing),
    ])
    #expect(
      examination.text(.plain) == """
        Machine
          ok       clock   right

        Job
          warning  source  old
                           → look
          problem  secret  gone
                           away
                           → put it there

        1 problem, 1 warning; exit status 66

        """)
    let json = try JSONParser.parseValue(Array(examination.jsonText.utf8), path: "doctor")
    #expect(json["problems"] == 1 && json["warnings"] == 1 && json["exit_status"] == 66)
    #expect(json["findings"]?.arrayValue?.last?["exit_status"] == 66)
    #expect(
      examination.text(TerminalStyle(isColoured: true)).contains("\u{1B}[33mwarning\u{1B}[0m"))
  }
}
