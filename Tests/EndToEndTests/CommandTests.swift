import Foundation
import Storage
import TestSupport
import Testing

/// The commands around a run.
@Suite struct CommandTests {
  @Test func aPrintedPlanIsAJobOfTheSameResult() throws {
    let fixture = try JobFixture()
    let printed = try fixture.run("--print-plan")
    #expect(printed.status == 0)
    #expect(printed.errors.contains("memory: roughly"))
    #expect(!FileSystem.exists(fixture.path("out")))
    try fixture.directory.write(printed.output, to: "again.json")
    #expect(try fixture.recjob("run", "again.json", "--print-plan").output == printed.output)

    _ = try fixture.run()
    let first = try fixture.latest
    #expect(try FileSystem.readText(first.file("plan.json")) == printed.output)
    #expect(try fixture.recjob("run", "again.json", "--force").status == 0)
    let second = try fixture.latest
    #expect(first.name != second.name)
    #expect(try first.bytes("recommendations.csv") == second.bytes("recommendations.csv"))
  }

  @Test func thePlanOfARunIsRunAgainFromWhereItStands() throws {
    let fixture = try JobFixture()
    _ = try fixture.run()
    let first = try fixture.latest
    let outcome = try BuiltProgram.run(["run", first.file("plan.json"), "--force"], in: "/")
    #expect(outcome.status == 0, "\(outcome.errors)")
    let second = try fixture.latest
    #expect(first.name != second.name)
    #expect(try first.bytes("plan.json") == second.bytes("plan.json"))
    #expect(try first.bytes("metrics.json") == second.bytes("metrics.json"))
  }

  @Test func aJobFileAloneIsRun() throws {
    let fixture = try JobFixture()
    #expect(try fixture.recjob("job.json").status == 0)
    #expect(try fixture.runs.count == 1)
  }

  @Test func whatIsSetIsRecordedInThePlan() throws {
    let fixture = try JobFixture()
    let outcome = try fixture.run(
      "--set", "training.max_epochs=3", "--set", "recommend.k=2", "--set", "/model/type=dot")
    #expect(outcome.status == 0, "\(outcome.errors)")
    let run = try fixture.latest
    let plan = try run.json("plan.json")
    #expect(plan["training"]?["max_epochs"]?.intValue == 3)
    #expect(plan["model"]?["type"] == "dot")
    #expect(try run.recommendationRows().allSatisfy { ["1", "2"].contains($0[1]) })
    #expect(try fixture.run("--set", "training.seed").status == 64)
    let wrong = try fixture.run("--set", "training.sead=1")
    #expect(wrong.status == 78)
    #expect(wrong.errors.contains("--set training.sead: at /training/sead"))
    #expect(wrong.errors.contains(#"did you mean "seed"?"#))
  }

  @Test func runsAreListedAndRolledBack() throws {
    let fixture = try JobFixture()
    _ = try fixture.run()
    _ = try fixture.run("--set", "training.seed=8")
    let names = try fixture.runs
    #expect(names.count == 2)
    func listed() throws -> [Substring] {
      try fixture.recjob("runs", "out").output.split(separator: "\n").dropFirst(2).map { $0 }
    }
    let before = try listed()
    #expect(before.count == 2)
    #expect(before[0].contains(names[0]) && before[1].hasPrefix("*  \(names[1])"))

    #expect(try fixture.recjob("rollback", "out").output == "out: latest is now \(names[0])\n")
    #expect(try fixture.latest.name == names[0])
    #expect(try listed()[0].hasPrefix("*  \(names[0])"))
    #expect(try listed()[1].hasPrefix("   \(names[1])") && listed()[1].hasSuffix("  rolled back"))
    #expect(try fixture.recjob("rollback", "out", names[1]).status == 0)
    #expect(try fixture.latest.name == names[1])
    #expect(try !listed().contains { $0.hasSuffix("rolled back") })
    let unknown = try fixture.recjob("rollback", "out", "20200101T000000Z-00000000")
    #expect(unknown.status == 66)
    #expect(unknown.errors.contains(names[0]))
    #expect(try fixture.latest.name == names[1])
  }

  @Test func aBundleIsFoundInEachOfItsForms() throws {
    let fixture = try JobFixture()
    _ = try fixture.run()
    let packed = try "out/latest/\(fixture.latest.packedBundle)"
    let answers = try ["out", "out/latest", "out/latest/model", packed].map {
      try fixture.recjob("recommend", $0, "--user", "3", "-k", "5")
    }
    for answer in answers {
      #expect(answer.status == 0, "\(answer.errors)")
      #expect(answer.output == answers[0].output)
    }
    try Snapshot.expect(answers[0].output, toBe: "recommend.txt")
    // Away from its run, a bundle does not tell when it was made.
    try fixture.directory.write(
      FileSystem.readBytes(fixture.path(packed)), to: "elsewhere.tar.gz")
    try Snapshot.expect(
      fixture.recjob("inspect", "elsewhere.tar.gz").output, toBe: "inspect.txt")
  }

  @Test func recommendAnswersAsTheRunDid() throws {
    let fixture = try JobFixture()
    _ = try fixture.run()
    let answer = try fixture.recjob("recommend", "out", "--user", "3", "-k", "5", "--json")
    let json = try JSONParser.parseValue(Array(answer.output.utf8), path: "answer")
    let line = try #require(
      fixture.latest.recommendationLines().first { $0["user_id"] == "3" }?["recommendations"]?
        .arrayValue)
    let listed = try #require(json["recommendations"]?.arrayValue)
    #expect(listed == line)
    // What follows in a line of the answer is no part of the export.
    let lines = try fixture.latest.bytes("recommendations.jsonl").split(separator: 10)
    let exported = lines.map { String(decoding: $0, as: UTF8.self) }
      .first { $0.hasPrefix(#"{"user_id":"3","#) }
    #expect(answer.output.hasPrefix(try #require(exported).dropLast() + #","rated_items":"#))
    let rated = fixture.data.rows().filter { PlantedDataset.userLabel($0.user) == "3" }
    #expect(json["rated_items"]?.intValue == rated.count)
    let best = try #require(json["best_rated"]?.arrayValue).map { $0["rating"]?.doubleValue }
    #expect(best == rated.map { Double($0.value) }.sorted(by: >).prefix(10).map { $0 })
  }

  @Test func anUnknownUserIsNamed() throws {
    let fixture = try JobFixture()
    _ = try fixture.run()
    let answer = try fixture.recjob("recommend", "out", "--user", "nobody")
    #expect(answer.status == 65)
    #expect(answer.output.isEmpty)
    #expect(answer.errors.contains(#"does not know the user "nobody""#))
    #expect(answer.errors.contains("ids are numbers from 1 to "))
    #expect(try fixture.recjob("recommend", "nowhere", "--user", "3").status == 66)
    #expect(try fixture.recjob("recommend", "out").status == 64)
  }

  @Test func aUserMayBeNamedAfterTheBundle() throws {
    let fixture = try JobFixture()
    _ = try fixture.run()
    let named = try fixture.recjob("recommend", "out", "7", "-k", "2", "3")
    #expect(named.status == 0, "\(named.errors)")
    #expect(
      try named.output
        == fixture.recjob("recommend", "out", "--user", "7", "--user", "3", "-k", "2").output)
  }

  @Test(arguments: [["recommend", "job.json", "3"], ["inspect", "job.json"]])
  func whoGivesAJobFileForABundleIsToldItsOutput(arguments: [String]) throws {
    let fixture = try JobFixture()
    let answer = try BuiltProgram.run(arguments, in: fixture.directory.path)
    #expect(answer.status == 66 && answer.errors.contains("job.json is a job file and no bundle"))
    #expect(answer.errors.contains("the output directory of its runs, "))
  }

  @Test func anErrorDoesNotReachTheTerminalAsCommands() throws {
    let fixture = try JobFixture()
    let answer = try fixture.recjob("validate", "a\u{1B}[31m\u{202E}b.json")
    #expect(answer.status != 0 && answer.errors.contains("a\u{FFFD}[31m\u{FFFD}b.json"))
    #expect(!answer.errors.unicodeScalars.contains { $0 == "\u{1B}" || $0 == "\u{202E}" })
  }

  @Test func severalUsersAreAnsweredInTheirOrder() throws {
    let fixture = try JobFixture()
    _ = try fixture.run()
    try fixture.directory.write("7\r\n\n3\r\n", to: "users.txt")
    let answer = try fixture.recjob("recommend", "out", "--users", "users.txt", "--json")
    #expect(answer.status == 0, "\(answer.errors)")
    let users = try answer.output.split(separator: "\n").map {
      try JSONParser.parseValue(Array($0.utf8), path: "answer")["user_id"]
    }
    #expect(users == ["7", "3"])
    let both = try fixture.recjob("recommend", "out", "--user", "7", "--user", "3")
    let apart = try ["7", "3"].map { try fixture.recjob("recommend", "out", "--user", $0).output }
    #expect(both.output == apart.joined(separator: "\n"))

    let partly = try fixture.recjob("recommend", "out", "--user", "7", "--user", "99", "--json")
    #expect(partly.status == 65)
    #expect(partly.output == answer.output.prefix { $0 != "\n" } + "\n")
    #expect(partly.errors.contains(#"does not know 1 of the 2 users: "99""#))
    #expect(try fixture.recjob("recommend", "out", "--users", "none.txt").status == 66)
  }

  @Test func severalJobFilesAreCheckedAtOnce() throws {
    let fixture = try JobFixture()
    try fixture.directory.write(#"{"name": "x", "dataset": {}}"#, to: "first.json")
    try fixture.directory.write("{", to: "second.json")
    let outcome = try fixture.recjob("validate", "first.json", "job.json", "second.json")
    #expect(outcome.status == 78)
    #expect(outcome.output == "job.json: valid\n")
    #expect(outcome.errors.contains("first.json:1:26: at /dataset/sources: the key is missing"))
    #expect(outcome.errors.contains("second.json"))
    #expect(try fixture.recjob("validate", "job.json").status == 0)
  }

  @Test func theDatasetIsFetchedAlone() throws {
    let fixture = try JobFixture()
    let outcome = try fixture.recjob("fetch", "job.json")
    #expect(outcome.status == 0)
    #expect(try outcome.output.hasPrefix(fixture.datasetDigest + "  "))
    #expect(!FileSystem.exists(fixture.path("out")))
  }

  @Test func logsAreLinesOfJSONOrSilent() throws {
    let fixture = try JobFixture()
    let logged = try fixture.run("--log-format", "json")
    #expect(logged.status == 0)
    let lines = try logged.errors.split(separator: "\n").map {
      try JSONParser.parseValue(Array($0.utf8), path: "log")
    }
    #expect(lines.contains { $0["epoch.number"] == 12 && $0["level"] == "info" })
    #expect(lines.allSatisfy { $0["time"]?.stringValue?.hasSuffix("Z") ?? false })
    #expect(try fixture.run("--quiet", "--set", "gates.beat_baseline=off").errors.isEmpty)
  }

  @Test func aBestEpochThatIsTheLastOneIsTold() throws {
    let fixture = try JobFixture()
    let notice = "The last epoch is the best"
    let short = try fixture.run("--set", "training.max_epochs=3")
    #expect(short.errors.contains("notice \(notice)") && short.errors.contains("max_epochs=3"))
    let long = try fixture.run("--set", "training.max_epochs=500")
    #expect(long.status == 0 && !long.errors.contains(notice))
    // The best was long before the last, whose parameters are kept all the same.
    let last = try fixture.run(
      "--set", "training.max_epochs=60",
      "--set", #"training.early_stopping={"restore_best": false, "patience": 100}"#)
    #expect(last.status == 0 && !last.errors.contains(notice))
    let fixed = try fixture.run(
      "--set", "training.max_epochs=3", "--set", "training.early_stopping=null")
    #expect(fixed.status == 0 && !fixed.errors.contains(notice))
  }

  @Test func aJobFileThatIsWrongIsARecordOfAJSONLog() throws {
    let fixture = try JobFixture()
    let outcome = try fixture.run("--log-format", "json", "--set", "training.bogus=1")
    #expect(outcome.status == 78)
    let record = try JSONParser.parseValue(Array(outcome.errors.utf8), path: "log")
    #expect(record["message"] == "Run failed" && record["exit_status"] == 78)
    #expect(record["reason"]?.stringValue?.contains("/training/bogus") == true)
  }

  @Test func wrongArgumentsEndWithTheirStatus() throws {
    let fixture = try JobFixture()
    for arguments in [
      ["bogus"], ["run"], ["run", "job.json", "--bogus"], ["run", "job.json", "--threads", "0"],
      ["run", "job.json", "--quiet", "--verbose"],
    ] {
      let outcome = try BuiltProgram.run(arguments, in: fixture.directory.path)
      #expect(outcome.status == 64, "\(arguments)")
      #expect(outcome.errors.contains("--help"), "\(outcome.errors)")
    }
    #expect(!FileSystem.exists(fixture.path("out")))
  }

  @Test(arguments: ["", "run", "init", "doctor"])
  func theHelpIsAsItWas(command: String) throws {
    let arguments = command.isEmpty ? ["--help"] : [command, "--help"]
    let outcome = try BuiltProgram.run(arguments, in: "/")
    #expect(outcome.status == 0)
    try Snapshot.expect(
      outcome.output,
      toBe: (["help"] + arguments.dropLast() + ["txt"])
        .joined(separator: "."))
  }
}
