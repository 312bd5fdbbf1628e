import Glibc
import Publishing
import Storage
import TestSupport
import Testing

/// What is left after a process ended between two steps, and what pruning must never touch.
@Suite struct RunDirectoryFaultTests {
  private static let start: Int64 = 1_795_399_200
  private let directory: TemporaryDirectory
  private let output: RunDirectory
  private var latest: String? { try? FileSystem.readLink(directory.path("out/latest")) }

  init() throws {
    directory = try TemporaryDirectory()
    output = RunDirectory(directory.path("out"))
  }

  @discardableResult
  private func publish(_ number: Int64 = 0) throws -> RunIdentifier {
    let run = try output.stage(planHash: SHA256Digest(of: "plan"), now: Self.start + number)
    try directory.write("{}\n", to: "out/.staging/\(run.identifier)/metrics.json")
    return try output.publish(run).identifier
  }

  /// Makes of a published run one whose process was killed just before the flip.
  private func unflip(_ run: RunIdentifier, latest: RunIdentifier?) throws {
    try FileSystem.rename(
      directory.path("out/latest"), to: directory.path("out/.staging/publishing"))
    if let latest {
      try FileSystem.makeSymbolicLink(directory.path("out/latest"), to: "runs/\(latest)")
    }
  }

  // MARK: - Interrupted publications

  @Test func aRunThatNeverBecameTheLatestIsUndone() throws {
    let (first, second) = (try publish(1), try publish(2))
    try unflip(second, latest: first)
    try output.sweepStaging()
    #expect(try output.runs().map(\.identifier) == [first])
    #expect(latest == "runs/\(first)")
    #expect(try FileSystem.list(directory.path("out/.staging")) == [])
  }

  @Test func theFirstRunIsUndoneToo() throws {
    try unflip(try publish(), latest: nil)
    let next = try publish(5)
    #expect(try output.runs().map(\.identifier) == [next])
  }

  @Test func thereIsNoGoingBackToARunThatNeverBecameTheLatest() throws {
    let (first, second) = (try publish(1), try publish(2))
    try unflip(second, latest: first)
    #expect(throws: PublishingError.self) { try output.rollback(to: "\(second)") }
    #expect(latest == "runs/\(first)")
    #expect(try output.runs().map(\.identifier) == [first])
  }

  @Test func aFlippedRunStaysThoughTheLinkIsStillInStaging() throws {
    let run = try publish()
    try FileSystem.makeSymbolicLink(
      directory.path("out/.staging/publishing"), to: "runs/\(run)")
    try output.sweepStaging()
    #expect(try output.runs().map(\.identifier) == [run])
    #expect(try FileSystem.list(directory.path("out/.staging")) == [])
  }

  @Test func aKilledRollbackRemovesNoRun() throws {
    let (first, second) = (try publish(1), try publish(2))
    try FileSystem.makeSymbolicLink(
      directory.path("out/.staging/rollback"), to: "runs/\(first)")
    try output.sweepStaging()
    #expect(try output.runs().map(\.identifier) == [first, second])
  }

  /// The link of a publication that was whole must not undo it after a rollback.
  @Test func aRollbackSweepsFirst() throws {
    let (first, second) = (try publish(1), try publish(2))
    try FileSystem.makeSymbolicLink(
      directory.path("out/.staging/publishing"), to: "runs/\(second)")
    try output.rollback()
    try output.sweepStaging()
    #expect(try output.runs().map(\.identifier) == [first, second])
    #expect(latest == "runs/\(first)")
  }

  @Test func discardingAPublicationThatFailedLeavesTheOld() throws {
    let first = try publish(1)
    let run = try output.stage(planHash: SHA256Digest(of: "plan"), now: Self.start + 2)
    try directory.write("{}\n", to: "out/.staging/\(run.identifier)/metrics.json")
    // A directory cannot be replaced by a link, so that the flip fails.
    try FileSystem.rename(directory.path("out/latest"), to: directory.path("out/kept"))
    try directory.write("x", to: "out/latest/foreign")
    #expect(throws: PublishingError.self) { try output.publish(run) }
    try output.discard(run)
    #expect(try output.runs().map(\.identifier) == [first])
    #expect(try FileSystem.list(directory.path("out/.staging")) == [])
    #expect(try FileSystem.readText(directory.path("out/latest/foreign")) == "x")
  }

  @Test func temporaryFilesAreSwept() throws {
    try publish()
    for name in [".latest.tmp", "state/.last.json.tmp"] {
      try directory.write("x", to: "out/\(name)")
    }
    try output.sweepStaging()
    #expect(try FileSystem.list(directory.path("out/state")) == [])
    #expect(!FileSystem.exists(directory.path("out/.latest.tmp")))
  }

  // MARK: - Age

  @Test func aRunIsYoungUntilItsTimeAfterItWasTheLatestIsOver() throws {
    let (first, _) = (try publish(1), try publish(2))
    let path = directory.path("out/runs/\(first)")
    let left = try FileSystem.changeTime(path)
    // The name of the run says years from now or ago, and says nothing about its age.
    #expect(abs(left - Int64(time(nil))) < 60)
    #expect(try output.prune(keepRuns: 1, keepSeconds: 3600, now: left + 3599) == [])
    #expect(try output.prune(keepRuns: 1, keepSeconds: 3600, now: left + 3600) == [first])
  }

  @Test func leavingARunMakesItYoung() throws {
    let (first, second) = (try publish(1), try publish(2))
    for run in [first, second] {
      try FileSystem.setChangeTime(directory.path("out/runs/\(run)"), to: 1000)
    }
    try output.rollback()
    #expect(try FileSystem.changeTime(directory.path("out/runs/\(first)")) == 1000)
    #expect(try FileSystem.changeTime(directory.path("out/runs/\(second)")) > 1_000_000)
  }

  @Test func aTimeInTheFutureStartsAnew() throws {
    let (first, _) = (try publish(1), try publish(2))
    try FileSystem.setChangeTime(directory.path("out/runs/\(first)"), to: 4_000_000_000)
    #expect(try output.prune(keepRuns: 1, keepSeconds: 60, now: 5000) == [])
    #expect(try output.prune(keepRuns: 1, keepSeconds: 60, now: 5059) == [])
    #expect(try output.prune(keepRuns: 1, keepSeconds: 60, now: 5060) == [first])
  }

  /// Over random trees: what is removed is exactly what no rule keeps, and all else stays.
  @Test(arguments: 0..<60)
  func pruningRemovesOnlyWhatNoRuleKeeps(seed: UInt64) throws {
    var random = SplitMix(state: seed)
    let now: Int64 = 1_000_000
    for directory in ["runs", "rejected"] {
      for number in 0..<Int.random(in: 0...7, using: &random) {
        let second = "202611\(10 + number)T0\(Int.random(in: 0...9, using: &random))0000Z"
        let place = "out/\(directory)/\(second)-0000000\(number)"
        switch Int.random(in: 0...9, using: &random) {
        case 0: try self.directory.write("a file named as a run", to: place)
        case 1:
          try self.directory.write("x", to: "elsewhere/_SUCCESS")
          try FileSystem.makeDirectory(self.directory.path("out/\(directory)"))
          try FileSystem.makeSymbolicLink(self.directory.path(place), to: "../../elsewhere")
        case 2 where directory == "runs": try self.directory.write("no run", to: place + "/notes")
        default:
          try self.directory.write("", to: place + "/_SUCCESS")
          try self.directory.write("{}", to: place + "/model/plan.json")
          try FileSystem.setChangeTime(
            self.directory.path(place), to: now - Int64.random(in: -50...200, using: &random))
        }
      }
      if Bool.random(using: &random) {
        try self.directory.write("x", to: "out/\(directory)/backup/20261101T000000Z-00000000/a")
      }
    }
    let published = try output.runs().map(\.identifier)
    let target = published.randomElement(using: &random)
    if let target {
      try FileSystem.makeSymbolicLink(directory.path("out/latest"), to: "runs/\(target)")
    }
    let keepRuns = Int.random(in: 0...4, using: &random)
    let keepSeconds = Int64.random(in: 0...150, using: &random)
    let before = try Tree(directory.path)
    let ages = try before.names.reduce(into: [:]) {
      $0[$1] = now - (try FileSystem.changeTime(directory.path("out/\($1)")))
    }

    let removed = try output.prune(keepRuns: keepRuns, keepSeconds: keepSeconds, now: now)

    let after = try Tree(directory.path)
    for name in before.names {
      let isRun = before.runs.contains(name)
      let peers = before.runs.filter { PathName.parent(of: $0) == PathName.parent(of: name) }
      let isKept =
        !isRun || peers.suffix(max(keepRuns, 1)).contains(name)
        || name == target.map { "runs/\($0)" } || ages[name, default: 0] < keepSeconds
      #expect(after.names.contains(name) == isKept, "\(name)")
    }
    #expect(removed.count == before.names.count - after.names.count)
    // Nothing of what stayed has changed, and nothing outside was touched.
    let gone = Set(before.names).subtracting(after.names)
    #expect(
      after.files
        == before.files.filter { file in !gone.contains { file.key.hasPrefix("out/\($0)/") } })
    #expect(latest == target.map { "runs/\($0)" })
  }
}

/// A directory with an output directory in it, as far as pruning may see it.
private struct Tree {
  /// What is in `runs` and `rejected`.
  var names: [String] = []
  /// Those that are runs, oldest first.
  var runs: [String] = []
  /// Every file with its content.
  var files: [String: [UInt8]] = [:]

  init(_ root: String) throws {
    for directory in ["runs", "rejected"] {
      let place = PathName.joined(root, "out/\(directory)")
      for name in FileSystem.isDirectory(place) ? try FileSystem.list(place) : [] {
        let path = PathName.joined(place, name)
        names.append("\(directory)/\(name)")
        guard RunIdentifier(name) != nil, FileSystem.isDirectory(path),
          !FileSystem.isSymbolicLink(path),
          directory == "rejected" || FileSystem.exists(PathName.joined(path, "_SUCCESS"))
        else { continue }
        runs.append("\(directory)/\(name)")
      }
    }
    for file in try FileSystem.listTree(root) {
      files[file] = try FileSystem.readBytes(PathName.joined(root, file))
    }
  }
}

/// A seeded generator for tests.
private struct SplitMix: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var word = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
    word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
    return word ^ (word >> 31)
  }
}
