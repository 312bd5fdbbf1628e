import Foundation
import Storage
import TestSupport
import Testing

@testable import Job

@Suite struct RunStateTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  @Test func whatIsWrittenIsReadAgain() throws {
    let report = ReportFixture.report(.published(try ReportFixture.summary(in: directory)))
    let state = RunState(report, after: nil)
    try state.write(to: directory.path)
    #expect(RunState(output: directory.path) == state)
    #expect(state.json["outcome"] == "published" && state.json["exit_status"] == 0)
    #expect(state.json["last_success"]?["metrics"]?["test_rmse"]?.doubleValue == 0.8125)
    #expect(state.success?.time == 1_795_000_000)
  }

  @Test func aFailureKeepsTheLastSuccess() throws {
    let published = RunState(
      ReportFixture.report(.published(try ReportFixture.summary(in: directory))), after: nil)
    try published.write(to: directory.path)
    let failed = RunState(
      ReportFixture.report(ReportFixture.failure, finished: 1_795_086_400),
      after: RunState(output: directory.path))
    #expect(failed.success == published.success)
    #expect(failed.json["last_success"] == published.json["last_success"])
    #expect(failed.json["outcome"] == "failed" && failed.json["exit_status"] == 66)
    #expect(failed.json["stage"] == "fetch" && failed.json["run"] == .null)
    #expect(failed.json["reason"]?.stringValue?.contains("data.zip") == true)
    #expect(failed.json["stage_seconds"]?["fetch"]?.doubleValue == 1.5)
  }

  @Test func anUnchangedRunIsASuccess() throws {
    let summary = try ReportFixture.summary(in: directory)
    let ending = RunEnding.unchanged(
      UnchangedRun(
        run: summary.run, directory: summary.directory, newest: summary.run, seconds: 0.1))
    let state = RunState(ReportFixture.report(ending, finished: 1_795_172_800), after: nil)
    #expect(state.json["outcome"] == "unchanged")
    #expect(state.success?.time == 1_795_172_800 && state.success?.run == summary.run)
    #expect(state.success?.figures["ratings"] == 10)
  }

  @Test(arguments: ["", "{", "[]", #"{"schema_version": 2}"#])
  func aFileOfAnotherKindIsNoState(text: String) throws {
    try directory.write(text, to: "state/last.json")
    #expect(RunState(output: directory.path) == nil)
  }

  @Test func whatAKilledRunLeftIsRemoved() throws {
    try directory.write("{", to: "state/.last.json.tmp")
    try RunState(ReportFixture.report(ReportFixture.failure), after: nil).write(to: directory.path)
    #expect(try FileSystem.list(directory.path("state")) == ["last.json"])
  }

  @Test func aFailureIsOneLine() {
    struct Lines: Error, CustomStringConvertible { var description = "one\ntwo" }
    let report = ReportFixture.report(.failed(JobError(stage: .train, cause: Lines())))
    #expect(report.sentence == "films: train: one | two (exit status 70, after 1.8 s)")
    let signal = Interrupted(signal: 15, leavesCheckpoint: true)
    let stopped = ReportFixture.report(.failed(JobError(stage: .train, cause: signal)))
    #expect(stopped.exitStatus == 143)
    #expect(stopped.sentence.hasSuffix("(signal 15, after 1.8 s)"))
  }
}
