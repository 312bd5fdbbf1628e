import Publishing
import Storage
import TestSupport
import Testing

@Suite struct RunDirectoryTests {
  static let day: Int64 = 86_400
  static let start: Int64 = 1_795_399_200
  private let directory: TemporaryDirectory
  private let output: RunDirectory
  private var latest: String? { try? FileSystem.readLink(directory.path("out/latest")) }

  init() throws {
    directory = try TemporaryDirectory()
    output = RunDirectory(directory.path("out"))
  }

  /// Publishes a run with a bundle and one export.
  @discardableResult
  private func publish(_ number: Int64 = 0) throws -> RunDirectory.PublishedRun {
    let run = try output.stage(
      planHash: SHA256Digest(of: "plan"), now: Self.start + number * Self.day)
    try write("user_id\n\(number)\n", "recommendations.csv", in: run)
    try write("{\"rmse\": 0.\(number)}\n", "metrics.json", in: run)
    try TinyBundle.bundle().write(to: PathName.joined(run.path, "model"))
    return try output.publish(
      run, rows: ["recommendations.csv": Manifest.Rows(count: 1, schemaVersion: 1)])
  }

  private func write(_ text: String, _ name: String, in run: RunDirectory.StagedRun) throws {
    var file = try OutputFile(PathName.joined(run.path, name))
    try file.write(text)
    _ = try file.close(sync: false)
  }

  @Test func aPublishedRunIsWholeAndLatest() throws {
    let run = try publish(8)
    #expect(run.path == directory.path("out/runs/\(run.identifier)"))
    #expect(latest == "runs/\(run.identifier)")
    #expect(try FileSystem.list(directory.path("out/.staging")) == [])
    #expect(run.metrics == ["rmse": 0.8])
    let names = ["SHA256SUMS", "_SUCCESS", "manifest.json", "metrics.json", "model"]
    #expect(try FileSystem.list(run.path) == names + ["recommendations.csv"])
    #expect(try FileSystem.readBytes(PathName.joined(run.path, "_SUCCESS")) == [])
    #expect(try RunDirectory.verify(run.path).differences == [])
    #expect(try output.latest() == run.identifier)
  }

  @Test func theManifestListsEveryFileWithItsRows() throws {
    let run = try publish()
    let manifest = try Manifest(contentsOf: PathName.joined(run.path, "manifest.json"))
    let rows = manifest.entries.reduce(into: [:]) { $0[$1.path] = $1.rows }
    #expect(rows == ["recommendations.csv": 1, "model/users.csv": 3, "model/items.csv": 4])
    let versions = manifest.entries.reduce(into: [:]) { $0[$1.path] = $1.schemaVersion }
    #expect(versions == ["recommendations.csv": 1])
    #expect(manifest.entries.map(\.path).contains("model/manifest.json"))
    #expect(manifest.entries.count == 11)
  }

  @Test func theSumsIncludeTheManifest() throws {
    let run = try publish()
    let sums = try FileSystem.readText(PathName.joined(run.path, "SHA256SUMS"))
    let digest = try SHA256Digest.ofFile(PathName.joined(run.path, "manifest.json"))
    #expect(sums.contains("\(digest)  manifest.json\n"))
    #expect(sums.split(separator: "\n").count == 12)
  }

  @Test func runsOfOneSecondAreNamedInTheirOrder() throws {
    let first = try publish()
    let second = try publish()
    #expect(second.identifier.seconds == first.identifier.seconds + 1)
    let third = try publish(-100)
    #expect(third.identifier > second.identifier)
    #expect(latest == "runs/\(third.identifier)")
  }

  @Test func aRunThatIsNotPublishedLeavesLatestAlone() throws {
    let first = try publish()
    let run = try output.stage(planHash: SHA256Digest(of: "b"), now: Self.start)
    try write("x", "recommendations.csv", in: run)
    #expect(latest == "runs/\(first.identifier)")
    #expect(try output.runs().map(\.identifier) == [first.identifier])
    try output.discard(run)
    #expect(!FileSystem.exists(run.path))
  }

  @Test func whatAKilledRunLeftIsSwept() throws {
    let left = try output.stage(planHash: SHA256Digest(of: "b"), now: Self.start)
    try write("x", "recommendations.csv", in: left)
    try publish(1)
    #expect(try FileSystem.list(directory.path("out/.staging")) == [])
  }

  @Test func aRejectedRunKeepsItsMetricsOnly() throws {
    let first = try publish()
    let run = try output.stage(planHash: SHA256Digest(of: "b"), now: Self.start + 5)
    for name in ["metrics.json", "recommendations.csv"] { try write("{}", name, in: run) }
    let place = try output.reject(run, keeping: ["metrics.json", "report.html"])
    #expect(place == directory.path("out/rejected/\(run.identifier)"))
    #expect(try FileSystem.list(place) == ["metrics.json"])
    #expect(latest == "runs/\(first.identifier)")
    #expect(try publish().identifier > run.identifier)
  }

  @Test func theBundleIsReadFromRunAndOutputDirectory() throws {
    let run = try publish()
    let version = try ModelBundle.read(PathName.joined(run.path, "model")).version
    #expect(try ModelBundle.read(run.path).version == version)
    #expect(try ModelBundle.read(output.path).version == version)
    #expect(try ModelBundle.read(directory.path("out/latest")).version == version)
  }

  // MARK: - History

  @Test func runsAreListedWithTheirMetrics() throws {
    #expect(try output.runs() == [])
    #expect(try output.latest() == nil)
    let runs = try [publish(1), publish(2)]
    let listed = try output.runs()
    #expect(listed.map(\.identifier) == runs.map(\.identifier))
    #expect(listed.map(\.isLatest) == [false, true])
    #expect(listed.map(\.metrics) == [["rmse": 0.1], ["rmse": 0.2]])
  }

  @Test func rollbackGoesToTheRunBeforeLatest() throws {
    let runs = try [publish(1), publish(2), publish(3)].map(\.identifier)
    #expect(try output.rollback() == runs[1])
    #expect(latest == "runs/\(runs[1])")
    #expect(try output.rollback() == runs[0])
    let none = PublishingError.noEarlierRun(output: output.path, latest: "\(runs[0])")
    #expect(throws: none) { try output.rollback() }
    #expect(try output.rollback(to: "\(runs[2])") == runs[2])
    #expect(try output.runs().map(\.isLatest) == [false, false, true])
  }

  @Test func rollbackToAnUnknownRunChangesNothing() throws {
    let run = try publish().identifier
    let unknown = PublishingError.unknownRun(
      output: output.path, run: "20000101T000000Z-00000000", known: ["\(run)"])
    #expect(throws: unknown) { try output.rollback(to: "20000101T000000Z-00000000") }
    #expect(throws: PublishingError.self) { try output.rollback(to: "../../etc") }
    #expect(latest == "runs/\(run)")
  }

  @Test func rollbackToADamagedRunIsRefused() throws {
    let (first, second) = (try publish(1), try publish(2))
    try directory.write("changed", to: "out/runs/\(first.identifier)/recommendations.csv")
    #expect(
      throws: PublishingError.damaged(
        path: first.path, file: "recommendations.csv", reason: "has 7 bytes instead of 10")
    ) { try output.rollback() }
    #expect(latest == "runs/\(second.identifier)")
  }

  @Test func rollbackWithoutRunsIsRefused() throws {
    #expect(throws: PublishingError.noLatestRun(output: output.path)) { try output.rollback() }
  }

  // MARK: - Pruning

  /// Prunes on a day as if each run had been left on the day after its own.
  private func prune(keepRuns: Int, keepDays: Int64 = 0, day: Int64) throws -> [Int64] {
    for run in try output.runs() {
      try FileSystem.setChangeTime(run.path, to: run.identifier.seconds + Self.day)
    }
    return try output.prune(
      keepRuns: keepRuns, keepSeconds: keepDays * Self.day, now: Self.start + day * Self.day
    ).map { ($0.seconds - Self.start) / Self.day }
  }

  private var days: [Int64] {
    get throws { try output.runs().map { ($0.identifier.seconds - Self.start) / Self.day } }
  }

  @Test func theNewestRunsAreKept() throws {
    for day in 1...5 { try publish(Int64(day)) }
    #expect(try prune(keepRuns: 2, day: 5) == [1, 2, 3])
    #expect(try days == [4, 5])
    #expect(try prune(keepRuns: 2, day: 5) == [])
  }

  @Test func youngRunsAreKeptToo() throws {
    for day in 1...5 { try publish(Int64(day)) }
    #expect(try prune(keepRuns: 1, keepDays: 3, day: 6) == [1, 2])
    #expect(try days == [3, 4, 5])
    #expect(try prune(keepRuns: 1, keepDays: 1, day: 6) == [3, 4])
  }

  @Test func theTargetOfLatestIsNeverRemoved() throws {
    let runs = try (1...4).map { try publish($0).identifier }
    try output.rollback(to: "\(runs[1])")
    #expect(try prune(keepRuns: 0, day: 400) == [1, 3])
    #expect(try days == [2, 4])
    #expect(latest == "runs/\(runs[1])")
  }

  @Test func foreignNamesAreNeverRemoved() throws {
    for day in 1...3 { try publish(Int64(day)) }
    for name in ["notes.txt", "20200101T000000Z-old/file", "backup/file"] {
      try directory.write("x", to: "out/runs/\(name)")
    }
    #expect(try prune(keepRuns: 1, day: 3) == [1, 2])
    let names = try FileSystem.list(directory.path("out/runs"))
    #expect(names.count == 4)
    for name in ["notes.txt", "20200101T000000Z-old", "backup"] { #expect(names.contains(name)) }
    #expect(try FileSystem.list(directory.path("out/.staging")) == [])
  }
}
