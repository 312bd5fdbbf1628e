import Foundation
import Job
import Storage
import TestSupport
import Testing

/// Those who are told how a run went, as the program tells them.
@Suite struct MonitoringTests {
  /// A job that tells a metrics file, and a server by a URL that is kept in the environment.
  private static let job = JobFixture.job.replacing(
    #""output": { "directory": "out" }"#,
    with: #"""
      "output": { "directory": "out" },
      "monitoring": { "metrics_file": "planted.prom", "ping": { "url": { "env": "PING" } } }
      """#)

  private static func run(
    _ fixture: JobFixture, _ arguments: String..., ping: String
  ) throws -> Outcome {
    try BuiltProgram.run(
      ["run", "job.json"] + arguments, in: fixture.directory.path, environment: ["PING": ping])
  }

  private static func metrics(_ fixture: JobFixture) throws -> [Substring] {
    try FileSystem.readText(fixture.path("planted.prom")).split(separator: "\n")
  }

  private static func state(_ fixture: JobFixture) throws -> JSONValue {
    let path = fixture.path("out/state/last.json")
    return try JSONParser.parseValue(FileSystem.readBytes(path), path: path)
  }

  @Test func aFailedRunKeepsTheLastSuccessAndSendsTheEndOfItsLog() throws {
    let server = LoopbackServer { _, _ in .body("OK") }
    let fixture = try JobFixture(job: Self.job)
    let first = try Self.run(fixture, ping: "\(server.url)/u")
    #expect(first.status == 0, "\(first.errors)")
    let run = try fixture.latest.name
    let success = try #require(
      Self.metrics(fixture).first { $0.hasPrefix("recjob_last_success_timestamp_seconds{") })
    #expect(try Self.metrics(fixture).contains(#"recjob_last_exit_code{job="planted"} 0"#))
    #expect(try Self.state(fixture)["last_success"]?["run"]?.stringValue == run)
    let last = try #require(first.errors.split(separator: "\n").last)
    #expect(last.contains("notice Run published ") && last.contains(" run=\(run) "))
    #expect(last.contains("exit_status=0 ") && last.contains(" test.rmse=0."))

    try fixture.directory.write("no zip", to: "data.zip")
    let second = try Self.run(fixture, "--quiet", ping: "\(server.url)/u")
    #expect(second.status == 65)
    let lines = second.errors.split(separator: "\n")
    let line = try #require(lines.first, "\(second.errors)")
    #expect(lines.count == 1 && line.contains("Z error Run failed: planted: read: "))
    #expect(line.contains(" (exit status 65, after "))
    let metrics = try Self.metrics(fixture)
    #expect(metrics.contains(success))
    #expect(metrics.contains(#"recjob_last_exit_code{job="planted"} 65"#))
    #expect(metrics.contains { $0.hasPrefix("recjob_test_rmse{") })
    let state = try Self.state(fixture)
    #expect(state["outcome"] == "failed" && state["stage"] == "read")
    #expect(state["last_success"]?["run"]?.stringValue == run)

    #expect(server.requests.map(\.path) == ["/u/start", "/u", "/u/start", "/u/65"])
    let body = String(decoding: server.requests[3].body, as: UTF8.self)
    #expect(body.utf8.count <= 10_000 && body.contains("info Dataset fetched"), "\(body)")
    #expect(body.hasSuffix(String(line.trimmingPrefix(#/.*? Run failed: /#)) + "\n"))
  }

  @Test(.enabled(if: Promtool.isExpected, "promtool is needed; Tests/run fetches it"))
  func prometheusAcceptsTheFileThatOthersMayRead() throws {
    let fixture = try JobFixture(job: Self.job)
    // The ping fails, which is not what this is about.
    #expect(try Self.run(fixture, ping: "http://127.0.0.1:9/").status == 0)
    let answer = try Promtool.check(fixture.path("planted.prom"))
    #expect(answer.status == 0 && answer.text == "", "\(answer.text)")
    let attributes = try FileManager.default.attributesOfItem(atPath: fixture.path("planted.prom"))
    #expect(attributes[.posixPermissions] as? NSNumber == 0o644)
  }

  @Test func aServerThatHangsCostsSecondsAndNothingElse() throws {
    let plain = try JobFixture()
    #expect(try plain.run().status == 0)
    let server = LoopbackServer { _, _ in .silence }
    let fixture = try JobFixture(job: Self.job)
    let start = ContinuousClock.now
    let outcome = try Self.run(fixture, ping: "\(server.url)/u")
    // Two seconds for the start, beside the run, and two for the end; the rest is for a slow machine.
    #expect(ContinuousClock.now - start < .seconds(20))
    #expect(outcome.status == 0)
    #expect(outcome.errors.split(separator: "\n").count { $0.contains("Monitoring failed") } == 1)
    #expect(
      try ReproducibilityTests.results(of: fixture.latest)
        == ReproducibilityTests.results(of: plain.latest))
  }

  @Test func aMetricsFileThatCannotBeWrittenIsAWarning() throws {
    let fixture = try JobFixture(job: Self.job)
    let server = LoopbackServer { _, _ in .body("OK") }
    let outcome = try Self.run(
      fixture, "--set", "monitoring.metrics_file=missing/a.prom", ping: server.url)
    #expect(outcome.status == 0, "\(outcome.errors)")
    let warnings = outcome.errors.split(separator: "\n").filter {
      $0.contains("Monitoring failed")
    }
    #expect(warnings.count == 1 && warnings[0].contains("sink=metrics_file"))
    #expect(try fixture.recjob("verify", "out").status == 0)
  }

  @Test func aSecondRunLeavesTheStateOfTheFirstAlone() throws {
    let server = LoopbackServer { _, _ in .body("OK") }
    let fixture = try JobFixture(job: Self.job)
    #expect(try Self.run(fixture, ping: "\(server.url)/u").status == 0)
    let before = try FileSystem.readBytes(fixture.path("out/state/last.json"))
    let first = try BuiltProgram.start(
      ["run", "job.json"] + JobFixture.endless, in: fixture.directory.path,
      environment: ["PING": "\(server.url)/first"])
    try first.wait { first.errors.contains("epoch.number=1 ") }
    let second = try Self.run(fixture, ping: "\(server.url)/second")
    #expect(second.status == 75)
    first.kill()
    _ = try first.finish()
    #expect(try FileSystem.readBytes(fixture.path("out/state/last.json")) == before)
    #expect(!server.requests.contains { $0.path.hasPrefix("/second") })
  }

  // MARK: - The log

  @Test(arguments: ["text", "json"])
  func theJournalGetsPriorities(format: String) throws {
    let fixture = try JobFixture()
    try fixture.directory.write("", to: "journal")
    let command = """
      JOURNAL_STREAM=$(stat -c %d:%i journal) exec "$0" run job.json --log-format \(format) \
      2>>journal
      """
    let environment = ["HOME": fixture.directory.path].merging(
      ProcessInfo.processInfo.environment.filter { ["PATH", "LD_LIBRARY_PATH"].contains($0.key) }
    ) { first, _ in first }
    func start(_ more: String = "") throws -> Outcome {
      try ChildProcess(
        "/bin/sh", ["-c", command + more, BuiltProgram.path], in: fixture.directory.path,
        environment: environment
      ).finish()
    }
    #expect(try start().status == 0)
    #expect(try start(" --set dataset.sources='[\"none\"]'").status == 66)
    let lines = try FileSystem.readText(fixture.path("journal")).split(separator: "\n")
    #expect(lines.allSatisfy { $0.contains(/^<[2-7]>/) }, "\(lines)")
    #expect(lines.contains { $0.hasPrefix("<6>") && $0.contains("Epoch finished") })
    #expect(lines.contains { $0.hasPrefix("<5>") && $0.contains("Run published") })
    #expect(lines.last?.hasPrefix("<3>") == true && lines.last?.contains("none") == true)
    if format == "text" {
      #expect(lines[0].hasPrefix("<6>info Dataset fetched "))
    } else {
      _ = try JSONParser.parseValue(Array(lines[0].dropFirst(3).utf8), path: "journal")
    }
  }

  @Test func theLastRecordOfTheLogSaysItAll() throws {
    let fixture = try JobFixture()
    func last(_ arguments: String...) throws -> JSONValue {
      let outcome = try BuiltProgram.run(
        ["run", "job.json", "--log-format", "json"] + arguments, in: fixture.directory.path)
      let line = try #require(outcome.errors.split(separator: "\n").last)
      return try JSONParser.parseValue(Array(line.utf8), path: "log")
    }
    let published = try last()
    #expect(published["outcome"] == "published" && published["exit_status"] == 0)
    #expect(published["run"]?.stringValue == (try fixture.latest.name))
    #expect(published["data.ratings"]?.intValue == fixture.data.rows().count)
    for key in ["job", "test.rmse", "run.seconds", "lists.rows"] {
      #expect(published[key] != nil, "\(key)")
    }
    let failed = try last("--force", "--set", "gates.max_test_rmse=0.0001")
    #expect(failed["outcome"] == "failed" && failed["exit_status"] == 80)
    #expect(failed["stage"] == "gate" && failed["level"] == "error")
    #expect(failed["reason"]?.stringValue?.contains("max_test_rmse") == true)
  }
}
