import Foundation
import Storage

/// Whether anything starts a job by itself.
struct ScheduleExamination {
  static let area = "Schedule"
  private static let crontabs = ["/etc/crontab"]
  private static let crontabDirectory = "/etc/cron.d"
  private static let seconds = 3.0

  /// The job file.
  let job: String
  /// The name of the job.
  let name: String

  /// The name of the job's units: that of its file.
  private var unit: String {
    let file = PathName.lastComponent(of: job)
    return "recjob@\(file.hasSuffix(".json") ? String(file.dropLast(5)) : file).timer"
  }

  func findings() async -> [Finding] {
    let crontab = self.crontab
    var findings = [await timer(isScheduled: crontab != nil)]
    if let crontab { findings.append(.ok(Self.area, "crontab", crontab)) }
    return findings
  }

  private func timer(isScheduled: Bool) async -> Finding {
    guard FileSystem.isDirectory("/run/systemd/system") else {
      return isScheduled
        ? .ok(Self.area, "timer", "not checked: systemd does not run this machine")
        : .warning(
          Self.area, "timer",
          "not checked: systemd does not run this machine, and no crontab in /etc names the job",
          "nothing seems to start it by itself; cron/README.md says how")
    }
    let unit = unit
    let work = BoundedWork { Self.answer("systemctl", ["is-enabled", unit]) }
    let answer = await work.value(within: Self.seconds) ?? nil
    switch answer {
    case "enabled"?: return .ok(Self.area, "timer", "\(unit) is enabled")
    case nil:
      return .warning(Self.area, "timer", "not checked: systemctl does not answer")
    case let state?:
      let text = "\(unit): \(state.isEmpty ? "not found" : state)"
      return isScheduled
        ? .ok(Self.area, "timer", text)
        : .warning(
          Self.area, "timer", text,
          "nothing seems to start the job by itself; systemctl enable --now \(unit)")
    }
  }

  /// The crontab of the system that names the job's file.
  private var crontab: String? {
    let more = ((try? FileSystem.list(Self.crontabDirectory)) ?? [])
      .map { PathName.joined(Self.crontabDirectory, $0) }
    let file = PathName.lastComponent(of: job)
    return (Self.crontabs + more).first { path in
      let lines = ((try? FileSystem.readText(path, limit: 1 << 20)) ?? "").split(separator: "\n")
      return lines.contains { line in
        !line.drop(while: { $0 == " " || $0 == "\t" }).hasPrefix("#") && line.contains("recjob")
          && line.split { $0 == " " || $0 == "/" || $0 == "\t" }.contains { $0 == file }
      }
    }
  }

  /// The first line that a program prints, or `nil` where there is no such program.
  private static func answer(_ program: String, _ arguments: [String]) -> String? {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = [program] + arguments
    let output = Pipe()
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    process.standardInput = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return nil }
    let bytes = (try? output.fileHandleForReading.readToEnd()) ?? nil
    process.waitUntilExit()
    guard process.terminationStatus != 127 else { return nil }
    return String(decoding: bytes ?? Data(), as: UTF8.self)
      .split(separator: "\n").first.map(String.init) ?? ""
  }
}
