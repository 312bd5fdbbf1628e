import Foundation
import Logging
import Storage
import TestSupport
import Testing

@testable import Job

/// Those around a run: what they are told, and that none of them can do harm.
@Suite(.timeLimit(.minutes(5))) struct MonitoredRunTests {
  private let directory: TemporaryDirectory
  private let tail = LogTail()

  init() throws { directory = try TemporaryDirectory() }

  private var log: [Substring] {
    String(decoding: tail.text, as: UTF8.self).split(separator: "\n")
  }

  /// Watches a run that ends as told, after it had the lock, if it ever had it.
  private func watch(
    _ monitoring: String, hasLock: Bool = true, environment: [String: String] = [:],
    budget: Double = 60, log lines: [String] = [], _ ending: RunEnding
  ) async throws -> RunReport {
    let text = """
      {"name": "films", "dataset": {"sources": ["a.zip"]}, "output": {"directory": "out"},
       "monitoring": \(monitoring)}
      """
    let file = try JobFile(
      bytes: Array(text.utf8), path: "job.json", baseDirectory: directory.path)
    let tail = tail
    let logger = Logger(label: "test") { _ in
      StandardErrorLog(format: .text, logLevel: .critical, tail: tail, isJournal: false)
    }
    let run = MonitoredRun(
      jobFile: file, plan: try Plan(file), tail: tail, logger: logger, environment: environment,
      budget: budget)
    return await run.run { observer throws(JobError) in
      let stages = [StageSeconds(stage: .lock, seconds: 0.5)]
      observer.note(stages, ended: .lock, failed: !hasLock)
      for line in lines { tail.append(line) }
      switch ending {
      case .published(let summary): return .published(summary)
      case .unchanged(let run): return .unchanged(run)
      case .failed(let error): throw error
      }
    }
  }

  @Test func aSuccessIsToldToAll() async throws {
    let server = LoopbackServer { _, _ in .body("OK") }
    let summary = try ReportFixture.summary(in: directory)
    let report = try await watch(
      #"{"metrics_file": "films.prom", "ping": {"url": "\#(server.url)/u"}}"#, .published(summary))
    #expect(report.exitStatus == 0 && report.outcome == .published)
    #expect(server.requests.map(\.path) == ["/u/start", "/u"])
    #expect(server.requests.allSatisfy { $0.body.isEmpty && $0.method == "POST" })
    #expect(RunState(output: directory.path("out"))?.success?.run == summary.run)
    #expect(FileSystem.exists(directory.path("films.prom")))
    #expect(log == [])
  }

  @Test func aFailureIsToldWithTheEndOfTheLog() async throws {
    let server = LoopbackServer { _, _ in .body("OK") }
    let lines = (0..<500).map { "line \($0) " + String(repeating: "x", count: 50) }
    let report = try await watch(
      #"{"ping": {"url": {"env": "PING"}}}"#, environment: ["PING": "\(server.url)/u"], log: lines,
      ReportFixture.failure)
    #expect(report.exitStatus == 66)
    #expect(server.requests.map(\.path) == ["/u/start", "/u/66"])
    let body = try #require(server.requests.last).body
    let text = String(decoding: body, as: UTF8.self)
    #expect(body.count <= 10_000 && body.count > 9_000)
    #expect(text.contains("\n\(lines[499])\nfilms: fetch: data.zip does not exist"))
    #expect(text.contains("(exit status 66, after "))
    let state = try #require(RunState(output: directory.path("out")))
    #expect(state.json["outcome"] == "failed" && state.success == nil)
    let events = try FileSystem.readText(directory.path("out/state/openlineage.jsonl"))
      .split(separator: "\n").map { try JSONParser.parseValue(Array($0.utf8), path: "events") }
    #expect(events.map { $0["eventType"]?.stringValue } == ["START", "FAIL"])
    #expect(events[0]["run"]?["runId"] == events[1]["run"]?["runId"])
  }

  @Test func eachSinkThatFailsIsOneWarning() async throws {
    try directory.write("", to: "out/state")
    let summary = try ReportFixture.summary(in: directory)
    // Nobody listens on the discard port.
    let report = try await watch(
      #"{"metrics_file": "missing/a.prom", "ping": {"url": "http://127.0.0.1:9/canary"}}"#,
      .published(summary))
    #expect(report.exitStatus == 0 && report.outcome == .published)
    #expect(log.count == 3)
    for sink in ["state", "metrics_file", "ping"] {
      #expect(log.count { $0.contains("Monitoring failed") && $0.contains("sink=\(sink)") } == 1)
    }
    #expect(!log.contains { $0.contains("canary") })
  }

  @Test func aSilentServerIsLeftWhenItsTimeIsUp() async throws {
    let server = LoopbackServer { _, _ in .silence }
    let report = try await watch(
      #"{"ping": {"url": "\#(server.url)/u"}}"#, budget: 0.3,
      .published(ReportFixture.summary(in: directory)))
    #expect(report.exitStatus == 0)
    #expect(log.count == 1 && log[0].contains("sink=ping"))
  }

  @Test(arguments: [#"{"env": "NONE"}"#, #"{"file": "none"}"#, #"{"credential": "none"}"#])
  func aSecretThatIsMissingIsAWarning(place: String) async throws {
    let report = try await watch(
      #"{"ping": {"success": \#(place)}}"#, .published(ReportFixture.summary(in: directory)))
    #expect(report.exitStatus == 0)
    #expect(log.count == 1 && log[0].contains("success: "), "\(log)")
  }

  @Test func aRunThatFoundAnotherAtWorkLeavesAllAsItIs() async throws {
    let server = LoopbackServer { _, _ in .body("OK") }
    try directory.write("of the other", to: "out/state/last.json")
    let report = try await watch(
      #"{"metrics_file": "films.prom", "ping": {"url": "\#(server.url)/u"}}"#, hasLock: false,
      .failed(JobError(stage: .lock, cause: StorageError.locked(path: "out/.lock", holder: "x"))))
    #expect(report.exitStatus == 75)
    #expect(server.requests == [])
    #expect(try FileSystem.readText(directory.path("out/state/last.json")) == "of the other")
    #expect(!FileSystem.exists(directory.path("films.prom")))
  }

  @Test func aFailureBeforeTheLockIsToldWithoutTouchingTheOutput() async throws {
    let server = LoopbackServer { _, _ in .body("OK") }
    let report = try await watch(
      #"{"metrics_file": "films.prom", "ping": {"url": "\#(server.url)/u"}}"#, hasLock: false,
      .failed(
        JobError(
          stage: .lock, cause: StorageError.permissionDenied(path: "out", isWritten: true))))
    #expect(report.exitStatus == 77)
    #expect(server.requests.map(\.path) == ["/u/77"])
    #expect(!FileSystem.exists(directory.path("out")))
    let metrics = try FileSystem.readText(directory.path("films.prom"))
    #expect(metrics.contains("exit_code{job=\"films\"} 77"))
  }
}
