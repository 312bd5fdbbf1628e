import Foundation
import Storage

/// The file that node_exporter's textfile collector reads: how the last run ended, and the figures of
/// the last one that succeeded, in Prometheus' text format.
struct MetricsTextfile {
  private static let successName = "recjob_last_success_timestamp_seconds"

  let report: RunReport
  let success: RunState.Success?

  /// Replaces the file, which every user may read: the exporter is another one.
  func write(to path: String) throws(StorageError) {
    // Where the state has no success, as on a disk that is not there, the file may know of one: an
    // alert on its age must not fall silent just then.
    let before =
      success == nil ? (try? FileSystem.readText(path, limit: 1 << 20)).flatMap(successTime) : nil
    try DurableFile.write(text(successTime: success?.time ?? before), to: path, isForAll: true)
  }

  /// The content of the file.
  func text(successTime: Int?) -> String {
    var text = ""
    func add(
      _ name: String, _ help: String, _ samples: [(labels: [(String, String)], value: String)]
    ) {
      guard !samples.isEmpty else { return }
      text += "# HELP \(name) \(help)\n# TYPE \(name) gauge\n"
      for (labels, value) in samples {
        let all = [("job", report.job)] + labels
        let list = all.map { "\($0.0)=\"\(Self.escaped($0.1))\"" }.joined(separator: ",")
        text += "\(name){\(list)} \(value)\n"
      }
    }
    func add(_ name: String, _ help: String, _ value: String?) {
      add(name, help, value.map { [([], $0)] } ?? [])
    }
    let build = ProgramBuild.current
    add(
      "recjob_build_info", "The program that ran last; the value is always 1.",
      [([("version", Program.version), ("commit", build.commit ?? "unknown")], "1")])
    add(
      "recjob_last_completion_timestamp_seconds", "When the last run ended, however it did.",
      "\(Int(report.finished.timeIntervalSince1970))")
    add(
      Self.successName, "When a run last published, or found nothing new.",
      successTime.map { "\($0)" })
    add(
      "recjob_last_exit_code",
      "Exit status of the last run; 128 and the number of the signal that ended it.",
      "\(report.exitStatus)")
    add(
      "recjob_last_outcome", "How the last run ended: 1 at its outcome, 0 at the others.",
      RunReport.Outcome.allCases.map {
        ([("outcome", $0.rawValue)], $0 == report.outcome ? "1" : "0")
      })
    add(
      "recjob_last_duration_seconds", "Seconds that the last run took.",
      DecimalText.shortest(report.seconds))
    add(
      "recjob_stage_duration_seconds", "Seconds of each stage of the last run.",
      report.stages.map { ([("stage", $0.stage.rawValue)], DecimalText.shortest($0.seconds)) })
    add(
      "recjob_peak_memory_bytes", "The most memory that the last run held.",
      Machine.peakMemoryBytes.map { "\($0)" })
    for figure in RunFigures.all {
      add(
        "recjob_\(figure.key)", figure.meaning, success?.figures[figure.key].map { $0.text() })
    }
    return text
  }

  /// The time of the last success that an earlier file of this job tells.
  func successTime(in text: String) -> Int? {
    for line in text.split(separator: "\n") {
      let start = "\(Self.successName){job=\"\(Self.escaped(report.job))\"} "
      if line.hasPrefix(start) { return Int(line.dropFirst(start.count)) }
    }
    return nil
  }

  private static func escaped(_ label: String) -> String {
    label.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
      .replacing("\n", with: "\\n")
  }
}
