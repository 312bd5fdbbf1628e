import Foundation
import Storage
import TestSupport
import Testing

/// The program that keeps quiet about what went well; where `CI` is `true`, it has to be there.
private enum Chronic {
  static let isExpected =
    ProcessInfo.processInfo.environment["CI"] == "true" || FileSystem.exists("/usr/bin/chronic")
}

/// The line of `cron/recjob.cron`, run as cron runs it.
@Suite(.enabled(if: Chronic.isExpected, "chronic of moreutils is needed"))
struct CrontabTests {
  /// Runs the command with the file's own settings, nearly no environment, and the root as directory.
  private static func run(_ fixture: JobFixture) throws -> Outcome {
    let lines = try FileSystem.readText(Project.root + "/cron/recjob.cron").split(separator: "\n")
      .filter { !$0.hasPrefix("#") }
    var environment = ["HOME": fixture.directory.path, "LOGNAME": "recjob"]
    for line in lines {
      if let setting = line.wholeMatch(of: /([A-Z]+)=(.*)/) {
        environment[String(setting.1)] = String(setting.2)
      }
    }
    let place = PathName.parent(of: BuiltProgram.path)
    environment["PATH"] = "\(place):\(try #require(environment["PATH"]))"
    let entry = try #require(lines.last?.wholeMatch(of: /(?:[^ ]+ ){5}recjob (.*)/))
    // Cron ends the command at a bare per cent sign.
    #expect(!entry.1.contains("%"))
    let command = String(entry.1)
      .replacing("/etc/recjob/movielens-small.json", with: fixture.path("job.json"))
      .replacing("/var/lib/recjob/movielens-small", with: fixture.path("nightly"))
      .replacing("/var/cache", with: fixture.path("cache"))
    #expect(command.contains(fixture.path("job.json")) && command.contains(fixture.path("nightly")))
    return try ChildProcess(
      try #require(environment["SHELL"]), ["-c", command], in: "/", environment: environment
    ).finish()
  }

  @Test func aNightThatPublishesPrintsNothing() throws {
    let fixture = try JobFixture()
    let outcome = try Self.run(fixture)
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.output == "" && outcome.errors == "")
    #expect(try fixture.recjob("verify", "nightly").status == 0)
    #expect(try Self.run(fixture).status == 0)
  }

  @Test func aNightThatFailsSaysWhyAndKeepsItsStatus() throws {
    let fixture = try JobFixture()
    try FileSystem.removeFile(fixture.path("data.zip"))
    let outcome = try Self.run(fixture)
    #expect(outcome.status == 66)
    // What chronic passes on is mailed, whichever stream it is on.
    #expect((outcome.output + outcome.errors).contains("data.zip"))
    #expect(!FileSystem.exists(fixture.path("nightly/latest")))
  }
}
