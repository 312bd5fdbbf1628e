import Foundation
import Storage
import TestSupport
import Testing

/// The files of `cron/`, as far as they can be tried without installing them.
@Suite struct SchedulingTests {
  private static let folder = URL(filePath: JobDocuments.directory)
    .deletingLastPathComponent().appending(path: "cron").path(percentEncoded: false)
  private static let services = ["recjob@.service", "recjob-failure@.service"]

  /// The version of systemd's tools; `nil` where there are none.
  private static let systemdVersion: Int? = {
    guard let answer = try? run("systemd-analyze", ["--version"]), answer.status == 0,
      let match = answer.text.firstMatch(of: /systemd ([0-9]+)/)
    else { return nil }
    return Int(match.1)
  }()

  @Test(.enabled(if: systemdVersion != nil, "systemd-analyze is needed"))
  func systemdFindsNothingWrongWithTheUnits() throws {
    let directory = try TemporaryDirectory()
    let units = try Self.render(in: directory)
    let answer = try Self.run("systemd-analyze", ["verify", "--man=no"] + units)
    #expect(answer.text == "")
    #expect(answer.status == 0)
  }

  @Test(
    .enabled(if: (systemdVersion ?? 0) >= 250, "systemd-analyze 250 or newer is needed"),
    arguments: services)
  func theServicesAreExposedByTwoOutOfTenAtMost(service: String) throws {
    let directory = try TemporaryDirectory()
    let units = try Self.render(in: directory)
    let name = service.replacing("@.", with: "@job.")
    let unit = try #require(units.first { $0.hasSuffix("/\(name)") })
    let answer = try Self.run(
      "systemd-analyze", ["security", "--no-pager", "--offline=true", "--threshold=20", unit])
    #expect(answer.status == 0, "\(answer.text.split(separator: "\n").last ?? "")")
  }

  /// The settings of a unit's file, in their order.
  private static func settings(_ unit: String) throws -> [(key: Substring, value: Substring)] {
    try FileSystem.readText(PathName.joined(folder, unit)).split(separator: "\n").compactMap {
      guard !$0.hasPrefix("#"), let equals = $0.firstIndex(of: "=") else { return nil }
      return ($0[..<equals], $0[$0.index(after: equals)...])
    }
  }

  @Test func whatAnOperatorReliesOnIsInTheUnits() throws {
    let service = try Self.settings("recjob@.service")
    func value(_ key: String) -> Substring? { service.last { $0.key == key }?.value }
    // A run ends within ten seconds of the signal; only then may it be killed.
    #expect(value("TimeoutStopSec") == "30s")
    #expect(value("KillMode") == "mixed")
    #expect(value("KillSignal") == "SIGTERM")
    #expect(value("Type") == "oneshot" && value("Restart") == "on-failure")
    #expect(value("TimeoutStartSec") == "4h")
    // Four runs that each use up their time still are within the interval.
    #expect(value("StartLimitBurst") == "4" && value("StartLimitIntervalSec") == "18h")
    #expect(value("OnFailure") == "recjob-failure@%i.service")
    #expect(value("StateDirectory") == "recjob recjob/%i" && value("CacheDirectory") == "recjob")
    // A credential that is not there must not keep the unit from starting: with a name of systemd's
    // stores it does not, with a path it would.
    let credentials = service.filter { $0.key == "LoadCredential" }.map(\.value)
    #expect(credentials.count == 3)
    for credential in credentials {
      #expect(credential.wholeMatch(of: /([a-z]+):recjob\.%i\.\1/) != nil, "\(credential)")
    }
    let timer = try Self.settings("recjob@.timer")
    #expect(timer.contains { $0.key == "Persistent" && $0.value == "true" })
    #expect(timer.contains { $0.key == "RandomizedDelaySec" })
    #expect(timer.contains { $0.key == "OnCalendar" })
  }

  @Test(.enabled(if: (try? run("promtool", ["--version"]))?.status == 0, "promtool is needed"))
  func prometheusFindsNothingWrongWithTheAlerts() throws {
    let answer = try Self.run(
      "promtool", ["check", "rules", PathName.joined(Self.folder, "recjob-alerts.yml")])
    #expect(answer.status == 0, "\(answer.text)")
    #expect(answer.text.contains("4 rules found"))
  }

  @Test(
    .enabled(if: (try? run("shellcheck", ["--version"]))?.status == 0, "shellcheck is needed"),
    arguments: ["cron/install", "cron/launcher", "jobs/run", "jobs/setup", "Tests/run"])
  func shellcheckFindsNothingWrong(script: String) throws {
    let root = PathName.parent(of: Self.folder)
    let answer = try Self.run("shellcheck", [PathName.joined(root, script)])
    #expect(answer.text == "")
    #expect(answer.status == 0)
  }

  @Test func whatALaterAttemptCanMendIsTriedAgain() throws {
    let unit = try FileSystem.readText(PathName.joined(Self.folder, "recjob@.service"))
    let line = try #require(
      unit.split(separator: "\n").first { $0.hasPrefix("RestartPreventExitStatus=") })
    let final = line.split(separator: "=")[1].split(separator: " ").compactMap { Int32($0) }
    #expect(final == [64, 65, 66, 70, 73, 77, 78, 80])
  }

  @Test func theCrontabHasLinesThatCronUnderstands() throws {
    let text = try FileSystem.readText(PathName.joined(Self.folder, "recjob.cron"))
    let lines = text.split(separator: "\n").filter {
      !$0.hasPrefix("#") && !$0.contains(/^[A-Z]+=/)
    }
    #expect(lines.count == 1)
    for line in lines {
      #expect(line.contains(/^[0-9]+ [0-9]+ \* \* \* recjob .*recjob run \/etc\/recjob\//))
      #expect(!line.contains(/[^\\]%/), "cron ends the command at a bare %")
    }
    #expect(text.hasSuffix("\n"), "cron ignores a last line without its end")
  }

  // MARK: - Trying things

  /// Writes an instance of each unit, with a program that exists, and returns their paths.
  private static func render(in directory: TemporaryDirectory) throws -> [String] {
    var units: [String] = []
    for name in services + ["recjob@.timer"] {
      let text = try FileSystem.readText(PathName.joined(folder, name))
        .replacing("/usr/local/bin/recjob ", with: "/bin/true ")
      let instance = name.replacing("@.", with: "@job.")
      try directory.write(text, to: name)
      units.append(try directory.write(text, to: instance))
    }
    return units
  }

  /// Runs a program and returns its status and all that it prints.
  private static func run(
    _ program: String, _ arguments: [String]
  ) throws -> (status: Int32, text: String) {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = [program] + arguments
    let output = Pipe()
    process.standardOutput = output
    process.standardError = output
    try process.run()
    let bytes = try output.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: bytes, as: UTF8.self))
  }
}
