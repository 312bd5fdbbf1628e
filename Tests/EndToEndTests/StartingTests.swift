import Foundation
import Storage
import TestSupport
import Testing

/// `recjob init` and `recjob doctor`, as somebody new to the program would try them.
@Suite struct StartingTests {
  /// Rows of a shop's export, with other names and another delimiter than MovieLens has.
  private static let shop: String = {
    let data = PlantedDataset(users: 40, items: 30)
    let rows = data.rows().enumerated().map { number, row in
      "c\(row.user);s\(row.item);\(row.value);2024-0\(number % 9 + 1)-11T08:00:00Z;\"good; cheap\"\n"
    }
    return "Customer-ID;sku;stars;boughtAt;remark\n" + rows.joined()
  }()

  /// What a program said, as a transcript with neutral paths, hashes and names of runs.
  private static func transcript(_ directory: TemporaryDirectory, _ commands: [[String]]) throws
    -> String
  {
    var text = ""
    for command in commands {
      let outcome = try BuiltProgram.run(command, in: directory.path)
      text += "$ recjob \(command.joined(separator: " "))\n\(outcome.output)\(outcome.errors)"
      if outcome.status != 0 { text += "exit status \(outcome.status)\n" }
    }
    return text.replacing(directory.path, with: "HERE")
      .replacing(#/[0-9]{8}T[0-9]{6}Z-[0-9a-f]{8}/#, with: "RUN")
      .replacing(#/[0-9a-f]{64}/#, with: "SHA256").replacing(#/in [0-9.]+ s/#, with: "in 0.1 s")
      .replacing(#/\* \* \* [^ ]+ run/#, with: "* * * RECJOB run")
  }

  @Test func aShopsExportBecomesAJobThatRuns() throws {
    let directory = try TemporaryDirectory()
    try directory.write(Self.shop, to: "export/stars.csv")
    let text = try Self.transcript(
      directory,
      [
        ["init", "export/stars.csv"], ["validate", "stars.json"],
        ["run", "stars.json", "--quiet", "--set", "gates.beat_baseline=off"],
        ["init", "export/stars.csv"],
      ])
    try Snapshot.expect(text, toBe: "init.txt")
    try Snapshot.expect(
      try FileSystem.readText(directory.path("stars.json")).replacing(
        #/[0-9a-f]{64}/#, with: "SHA256"), toBe: "init.json")
    #expect(FileSystem.exists(directory.path("out/stars/latest/recommendations.csv")))
    #expect(
      try BuiltProgram.run(["init", "export/stars.csv", "--force"], in: directory.path).status == 0)
  }

  @Test func theShippedDatasetIsKnown() throws {
    let directory = try TemporaryDirectory()
    try FileManager.default.copyItem(
      atPath: Project.dataset, toPath: directory.path("ml-latest-small.zip"))
    let text = try Self.transcript(
      directory,
      [["init", "ml-latest-small.zip", "--output", "films.json"], ["validate", "films.json"]])
    try Snapshot.expect(text, toBe: "init-movielens.txt")
  }

  @Test func columnsThatTellNothingAreNamedByHand() throws {
    let directory = try TemporaryDirectory()
    let rows = (0..<90).map { "\($0 % 7),\($0 % 5),\($0 % 4),\($0 % 3)\n" }.joined()
    try directory.write("who,a,b,c\n" + rows, to: "x.csv")
    let text = try Self.transcript(
      directory,
      [
        ["init", "x.csv"], ["init", "x.csv", "--user", "nobody"],
        ["init", "x.csv", "--user", "who", "--item", "1", "--rating", "b"],
      ])
    try Snapshot.expect(text, toBe: "init-unclear.txt")
  }

  @Test func anArchivesMembersAreToldApart() throws {
    let directory = try TemporaryDirectory()
    let votes = (0..<60).map {
      #"{"user":{"id":"u\#($0 % 9)"},"sku":"p\#($0 % 7)","overall":\#($0 % 5 + 1)}"# + "\n"
    }.joined()
    let products = (0..<7).map { "p\($0)\tProduct \($0)\n" }.joined()
    try directory.write(
      ArchiveFixture.zip([
        "README.txt": "Nothing to see here", "votes.jsonl": votes,
        "products.tsv": "sku\ttitle\n" + products,
      ]).bytes, to: "shop.zip")
    #expect(try BuiltProgram.run(["init", "shop.zip"], in: directory.path).status == 0)
    let job = try JSONParser.parseValue(
      FileSystem.readBytes(directory.path("shop.json")), path: "shop.json")
    #expect(job["dataset"]?["ratings"] == "votes.jsonl" && job["dataset"]?["format"] == "jsonl")
    #expect(job["dataset"]?["columns"]?["user"] == "user.id")
    #expect(job["dataset"]?["items"]?["member"] == "products.tsv")
    let run = try BuiltProgram.run(["run", "shop.json", "--quiet"], in: directory.path)
    #expect(run.status == 0, "\(run.errors)")
    let lists = try FileSystem.readText(directory.path("out/shop/latest/recommendations.csv"))
    #expect(lists.contains("Product "))
  }

  @Test func whatAServerHasMayChange() throws {
    let directory = try TemporaryDirectory()
    let server = LoopbackServer { _, _ in .body("user,item,rating\n1,2,3\n2,3,4\n3,2,5\n") }
    let outcome = try BuiltProgram.run(
      ["init", "\(server.url)/stars.csv?key=secret"], in: directory.path)
    #expect(outcome.status == 0, "\(outcome.errors)")
    let job = try FileSystem.readText(directory.path("stars.json"))
    #expect(!job.contains(#""pin": "lock""#) && job.contains(#"\"pin\": \"lock\""#))
    #expect(!outcome.output.contains("secret"))
  }

  @Test func theNextExportAndItsTitlesAreTaken() throws {
    let directory = try TemporaryDirectory()
    try directory.write(Self.shop, to: "stars.csv")
    let items = (0..<30).map { "s\($0),Thing \($0)\n" }.joined()
    try directory.write("sku,label\n" + items, to: "things.csv")
    let answer = try BuiltProgram.run(
      ["init", "stars.csv", "--items", "things.csv", "--output", "shop.json"], in: directory.path)
    #expect(answer.status == 0, "\(answer.errors)")
    let job = directory.path("shop.json")
    #expect(
      try FileManager.default.attributesOfItem(atPath: job)[.posixPermissions] as? NSNumber == 0o644
    )
    try directory.write(Self.shop + "c1;s1;2;2024-10-11T08:00:00Z;new\n", to: "stars.csv")
    // As cron would: from another directory.
    let run = try BuiltProgram.run(
      ["run", job, "--quiet", "--set", "gates.beat_baseline=off"], in: "/")
    #expect(run.status == 0, "\(run.errors)")
    let lists = try FileSystem.readText(directory.path("out/shop/latest/recommendations.csv"))
    #expect(lists.contains("Thing "))
  }

  @Test func whatIsMissingIsSaid() throws {
    let directory = try TemporaryDirectory()
    try directory.write("user,item,rating\n1,2,3\n", to: "x.csv")
    let missing = try BuiltProgram.run(["init", "none.csv"], in: directory.path)
    #expect(missing.status == 66 && missing.errors == "recjob: none.csv does not exist\n")
    let place = try BuiltProgram.run(
      ["init", "x.csv", "--output", "jobs/x.json"], in: directory.path)
    #expect(place.status == 73 && place.errors.contains("jobs is no directory"))
  }

  // MARK: - doctor

  @Test func theDoctorLooksAtAJobAndChangesNothing() throws {
    let fixture = try JobFixture()
    #expect(try fixture.run().status == 0)
    let before = try FileSystem.listTree(fixture.directory.path)
    let answer = try fixture.recjob("doctor", "job.json")
    #expect(answer.status == 0, "\(answer.output)")
    #expect(try FileSystem.listTree(fixture.directory.path) == before)
    // What belongs to the machine is not compared.
    let start = try #require(answer.output.range(of: "Job\n")?.lowerBound)
    let end = try #require(answer.output.range(of: "Schedule\n")?.lowerBound)
    let text = answer.output[start..<end]
      .replacing(#/[0-9]{8}T[0-9]{6}Z-[0-9a-f]{8}/#, with: "RUN")
      .replacing(#/at [^ ]+Z, [0-9]+ s ago/#, with: "at TIME, 1 s ago")
      .replacing(#/free space.*/#, with: "free space")
      .replacing(#/roughly [0-9.]+ MB/#, with: "roughly 1.0 MB")
      .replacing(#/data\.zip, [0-9.]+ kB/#, with: "data.zip, 1.0 kB")
    try Snapshot.expect(String(text), toBe: "doctor.txt")
  }

  @Test func theDoctorFindsADamagedResult() throws {
    let fixture = try JobFixture()
    #expect(try fixture.run().status == 0)
    try DurableFile.write("1,1,2,3\n", to: fixture.latest.file("recommendations.csv"))
    let answer = try fixture.recjob("doctor", "job.json", "--json")
    #expect(answer.status == 65)
    let json = try JSONParser.parseValue(Array(answer.output.utf8), path: "doctor")
    let problem = json["findings"]?.arrayValue?.first { $0["state"] == "problem" }
    #expect(problem?["subject"] == "latest")
    #expect(problem?["found"]?.stringValue?.contains("recommendations.csv") == true)
  }

  @Test func theDoctorNamesWhoHoldsTheLock() throws {
    let fixture = try JobFixture()
    let run = try BuiltProgram.start(
      ["run", "job.json"] + JobFixture.endless, in: fixture.directory.path)
    try run.wait { run.errors.contains("epoch.number=1 ") }
    let answer = try fixture.recjob("doctor", "job.json")
    #expect(answer.status == 0, "\(answer.output)")
    #expect(answer.output.contains("held: process \(run.identifier) on "))
    run.kill()
  }

  @Test func theDoctorAsksServersOnlyWhenToldTo() throws {
    let fixture = try JobFixture()
    let server = LoopbackServer { request, _ in
      switch request.path {
      case "/here": .body("x")
      case "/gone": .status(404)
      default: .status(Int(request.path.dropFirst()) ?? 500)
      }
    }
    func doctor(_ path: String, _ arguments: String...) throws -> Outcome {
      try fixture.directory.write(
        #"{"name": "x", "dataset": {"sources": ["\#(server.url)\#(path)"]}}"#, to: "net.json")
      return try BuiltProgram.run(
        ["doctor", "net.json"] + arguments, in: fixture.directory.path)
    }
    #expect(try doctor("/here").status == 0)
    #expect(server.requests.isEmpty)
    #expect(try doctor("/here", "--network").output.contains("/here answers"))
    let missing = try doctor("/gone", "--network")
    #expect(missing.status == 69 && missing.output.contains("HTTP status 404"))
    for status in [403, 405, 501] {
      let refused = try doctor("/\(status)", "--network")
      #expect(refused.status == 0 && refused.output.contains("a download may work"))
      #expect(refused.output.contains("does not answer HEAD (HTTP status \(status))"))
    }
    #expect(try doctor("/503", "--network").status == 69)
  }
}
