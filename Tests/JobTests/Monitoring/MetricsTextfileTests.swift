import Foundation
import Storage
import TestSupport
import Testing

@testable import Job

@Suite struct MetricsTextfileTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  private func success() throws -> RunState.Success {
    let report = ReportFixture.report(.published(try ReportFixture.summary(in: directory)))
    return try #require(RunState(report, after: nil).success)
  }

  @Test func aFailedRunKeepsTheFiguresOfTheLastSuccess() throws {
    let report = ReportFixture.report(ReportFixture.failure, finished: 1_795_086_400)
    let file = MetricsTextfile(report: report, success: try success())
    let lines = file.text(successTime: file.success?.time).split(separator: "\n")
    for line in [
      #"recjob_last_success_timestamp_seconds{job="films"} 1795000000"#,
      #"recjob_last_completion_timestamp_seconds{job="films"} 1795086400"#,
      #"recjob_last_exit_code{job="films"} 66"#,
      #"recjob_last_outcome{job="films",outcome="failed"} 1"#,
      #"recjob_last_outcome{job="films",outcome="published"} 0"#,
      #"recjob_stage_duration_seconds{job="films",stage="fetch"} 1.5"#,
      #"recjob_test_rmse{job="films"} 0.8125"#, #"recjob_recommendations{job="films"} 6"#,
      "# TYPE recjob_test_rmse gauge",
    ] { #expect(lines.contains { $0 == line }, "\(line)") }
    // What is not known is not there, rather than 0.
    #expect(!lines.contains { $0.contains("recjob_baseline_rmse") })
  }

  @Test func aJobThatNeverSucceededHasNoTimeOfSuccess() {
    let file = MetricsTextfile(
      report: ReportFixture.report(ReportFixture.failure), success: nil)
    #expect(!file.text(successTime: nil).contains("last_success"))
  }

  @Test func withoutTheStateTheEarlierFileKnowsTheLastSuccess() throws {
    let path = directory.path("films.prom")
    let published = ReportFixture.report(.published(try ReportFixture.summary(in: directory)))
    try MetricsTextfile(report: published, success: try success()).write(to: path)
    let failed = ReportFixture.report(ReportFixture.failure, finished: 1_795_086_400)
    try MetricsTextfile(report: failed, success: nil).write(to: path)
    let text = try FileSystem.readText(path)
    #expect(text.contains("recjob_last_success_timestamp_seconds{job=\"films\"} 1795000000\n"))
    #expect(text.contains("recjob_last_exit_code{job=\"films\"} 66\n"))
    // A file of another job says nothing about this one.
    let other = ReportFixture.report(ReportFixture.failure, job: "books")
    #expect(MetricsTextfile(report: other, success: nil).successTime(in: text) == nil)
  }

  @Test(
    .enabled(if: Promtool.isExpected, "promtool is needed; Tests/run fetches it"),
    arguments: [true, false])
  func prometheusAcceptsTheFile(succeeded: Bool) throws {
    let ending =
      succeeded
      ? RunEnding.published(try ReportFixture.summary(in: directory)) : ReportFixture.failure
    let path = directory.path("films.prom")
    try MetricsTextfile(
      report: ReportFixture.report(ending), success: succeeded ? success() : nil
    ).write(to: path)
    let answer = try Promtool.check(path)
    #expect(answer.status == 0 && answer.text == "", "\(answer.text)")
    // It does find what is wrong.
    try directory.write("recjob_x{job=\"a} 1\n", to: "wrong.prom")
    #expect(try Promtool.check(directory.path("wrong.prom")).status != 0)
  }
}
