import Acquisition
import Storage
import TestSupport
import Testing

/// Servers and connections that do what they should not; whatever happens, the cache only ever
/// holds bytes under their own digest.
@Suite(.timeLimit(.minutes(5))) struct FetcherFaultTests {
  private let directory: TemporaryDirectory
  private let clock = ManualClock()
  private let fetcher: Fetcher
  private static let body = Array((1...40).map { "\($0),31,2.5\n" }.joined().utf8)
  private static let digest = SHA256Digest(of: String(decoding: body, as: UTF8.self))

  init() throws {
    directory = try TemporaryDirectory()
    fetcher = Fetcher(environment: [:], clock: clock.fetchClock())
  }

  private func fetch(
    _ url: String, sha256: SHA256Digest? = digest, change: (inout FetchLimits) -> Void = { _ in }
  ) async throws(AcquisitionError) -> FetchedDataset {
    var source = DatasetSource(sources: [.init(url: url)])
    source.sha256 = sha256?.hex
    source.cacheDirectory = "cache"
    change(&source.limits)
    return try await fetcher.fetch(source, relativeTo: directory.path)
  }

  /// The names in the cache, each of its files under `sha256/` checked.
  private func cached() throws -> [String] {
    let files = (try? FileSystem.listTree(directory.path("cache"))) ?? []
    for name in files where name.hasPrefix("sha256/") {
      let (_, actual) = try SHA256Digest.measureFile(directory.path("cache/\(name)"))
      #expect(name == "sha256/\(actual.hex)")
    }
    return files.filter { !$0.hasPrefix("urls/") }
  }

  private func leftovers() -> [String] {
    (try? FileSystem.list(directory.path("cache/partial"))) ?? []
  }

  // MARK: Cuts

  @Test(arguments: Array(stride(from: 1, through: body.count, by: 7)))
  func aConnectionCutAtEveryByteCountStillBringsTheWhole(cut: Int) async throws {
    let server = LoopbackServer { request, _ in
      .file(Self.body, etag: "\"v1\"", to: request).with { $0.cutAfter = cut }
    }
    let dataset = try await fetch("\(server.url)/a")
    #expect(try FileSystem.readBytes(dataset.path) == Self.body)
    // The last piece is whole, and its answer is the end.
    let pieces = (Self.body.count + cut - 1) / cut
    #expect(server.requests.count == pieces)
    #expect(server.requests.map { $0.rangeStart ?? 0 } == (0..<pieces).map { $0 * cut })
    // Each attempt brought something, so that no wait grows.
    #expect(clock.seconds == Array(repeating: 0.5, count: pieces - 1))
    #expect(try cached() == ["sha256/\(Self.digest.hex)"])
  }

  @Test(arguments: [LoopbackServer.Response.Framing.length, .chunks])
  func withoutAStrongVersionACutDownloadBeginsAgain(
    framing: LoopbackServer.Response.Framing
  ) async throws {
    let server = LoopbackServer { _, number in
      .init(headers: ["ETag": "W/\"v1\""], body: Self.body).with {
        $0.framing = framing
        $0.cutAfter = number < 2 ? 100 : nil
      }
    }
    _ = try await fetch("\(server.url)/a", sha256: nil)
    #expect(server.requests.map(\.rangeStart) == [nil, nil, nil])
    #expect(clock.seconds == [0.5, 1])
    #expect(try cached() == ["sha256/\(Self.digest.hex)"])
  }

  @Test func attemptsThatBringNothingEndAndTheBytesWaitForTheNextJob() async throws {
    let server = LoopbackServer { request, number in
      switch number {
      case 0: .file(Self.body, etag: "\"v1\"", to: request).with { $0.cutAfter = 100 }
      case 1..<5: .status(503)
      default: .file(Self.body, etag: "\"v1\"", to: request)
      }
    }
    await #expect(throws: AcquisitionError.self) { try await fetch("\(server.url)/a") }
    #expect(server.requests.count == 5)
    #expect(clock.seconds == [0.5, 1, 2, 4])
    #expect(try cached().allSatisfy { $0.hasPrefix("partial/") })

    let dataset = try await fetch("\(server.url)/a")
    #expect(server.requests[5].rangeStart == 100)
    #expect(server.requests[5].headers["if-range"] == "\"v1\"")
    #expect(try FileSystem.readBytes(dataset.path) == Self.body)
    #expect(leftovers() == [])
  }

  @Test func bytesFromBeforeAPowerCutAreNotTrusted() async throws {
    let server = LoopbackServer { request, number in
      number == 0
        ? .file(Self.body, etag: "\"v1\"", to: request).with { $0.cutAfter = 100 }
        : .file(Self.body, etag: "\"v1\"", to: request)
    }
    await #expect(throws: AcquisitionError.self) {
      try await fetch("\(server.url)/a") { $0.attempts = 1 }
    }
    let version = try #require(leftovers().first { $0.hasSuffix(".version") })
    try directory.write("\"v1\"\nanother boot\n", to: "cache/partial/\(version)")
    _ = try await fetch("\(server.url)/a")
    #expect(server.requests[1].rangeStart == nil)
    #expect(try cached() == ["sha256/\(Self.digest.hex)"])
  }

  @Test func downloadsLeftBehindAreSweptAfterADay() async throws {
    let server = LoopbackServer { _, _ in .init(body: Self.body) }
    let name = SHA256Digest(of: "http://example.org/gone").hex
    try directory.write("half", to: "cache/partial/\(name)")
    try directory.write("\"v1\"\nboot\n", to: "cache/partial/\(name).version")
    // The files are as old as this test, the clock is what moves.
    func fetcher(days: Double) throws -> Fetcher {
      var clock = ManualClock().fetchClock()
      let now = FetchClock().secondsSince1970() + days * 86_400
      clock.secondsSince1970 = { now }
      return Fetcher(environment: [:], clock: clock)
    }
    var source = DatasetSource(sources: [.init(url: "\(server.url)/a")])
    source.cacheDirectory = "cache"
    _ = try await fetcher(days: 0.9).fetch(source, relativeTo: directory.path)
    #expect(leftovers() == [name, "\(name).version"])
    _ = try await fetcher(days: 1.1).fetch(source, relativeTo: directory.path)
    #expect(leftovers() == [])
  }

  // MARK: Lies

  @Test func aRangeThatEndsEarlyIsContinued() async throws {
    let server = LoopbackServer { request, number in
      var answer = LoopbackServer.Response.file(Self.body, etag: "\"v1\"", to: request)
      if number == 0 { answer.cutAfter = 100 }
      if number == 1 {
        answer.headers["Content-Range"] = "bytes 100-199/\(Self.body.count)"
        answer.body = Array(answer.body.prefix(100))
      }
      return answer
    }
    _ = try await fetch("\(server.url)/a")
    #expect(server.requests.map(\.rangeStart) == [nil, 100, 200])
    #expect(try cached() == ["sha256/\(Self.digest.hex)"])
  }

  @Test(arguments: ["\"v2\"", "W/\"v1\""])
  func aFileThatChangesMidwayIsTakenWholeAndNew(etag: String) async throws {
    let new = Array("new".utf8)
    let server = LoopbackServer { request, number in
      switch number {
      case 0: .file(Self.body, etag: "\"v1\"", to: request).with { $0.cutAfter = 100 }
      // A range of the new file, though the old one was asked for.
      case 1:
        .init(
          status: 206, headers: ["ETag": etag, "Content-Range": "bytes 100-102/103"], body: new)
      default: .file(new, etag: etag, to: request)
      }
    }
    let dataset = try await fetch("\(server.url)/a", sha256: nil)
    #expect(try FileSystem.readText(dataset.path) == "new")
    #expect(server.requests.map(\.rangeStart) == [nil, 100, nil])
    #expect(try cached().count == 1)
  }

  @Test func aLengthThatIsTooLongIsNoWholeFile() async throws {
    let server = LoopbackServer { _, _ in
      .init(body: Self.body).with { $0.framing = .claimedLength(Self.body.count + 1) }
    }
    await #expect(throws: AcquisitionError.self) {
      try await fetch("\(server.url)/a", sha256: nil)
    }
    #expect(server.requests.count == 5)
    #expect(try cached() == [])
  }

  @Test func aLengthThatIsTooShortIsFoundByTheDigest() async throws {
    let server = LoopbackServer { _, _ in
      .init(headers: ["ETag": "\"v1\""], body: Self.body).with {
        $0.framing = .claimedLength(Self.body.count - 1)
      }
    }
    let error = await #expect(throws: AcquisitionError.self) {
      try await fetch("\(server.url)/a")
    }
    guard case .digestMismatch = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(server.requests.count == 1)
    #expect(try cached() == [])
  }

  @Test(arguments: Array(stride(from: 0, to: body.count, by: 41)))
  func aFlippedByteNeverReachesTheCache(position: Int) async throws {
    let server = LoopbackServer { request, number in
      var body = Self.body
      body[position] ^= 1
      return .file(body, etag: "\"v1\"", to: request).with { $0.cutAfter = number == 0 ? 200 : nil }
    }
    await #expect(throws: AcquisitionError.self) { try await fetch("\(server.url)/a") }
    #expect(try cached() == [])
  }

  // MARK: Waits

  @Test func busyServersAreAskedAgainWhenTheySay() async throws {
    let server = LoopbackServer { _, number in
      switch number {
      case 0: .status(429, ["Retry-After": "90"])
      case 1: .status(503, ["Retry-After": "Mon, 23 Nov 2026 02:02:00 GMT"])
      case 2: .status(503, ["Retry-After": "soon"])
      default: .init(body: Self.body)
      }
    }
    _ = try await fetch("\(server.url)/a")
    // 90 s after 02:00:00 are 30 s before the date; the third header says nothing.
    #expect(clock.seconds == [90, 30, 2])
    #expect(server.requests.count == 4)
  }

  @Test(arguments: 1...5)
  func aServerThatIsDownIsAskedAsOftenAsTheJobSays(attempts: Int) async throws {
    let server = LoopbackServer { _, _ in .status(503) }
    await #expect(throws: AcquisitionError.self) {
      try await fetch("\(server.url)/a") { $0.attempts = attempts }
    }
    #expect(server.requests.count == attempts)
    #expect(clock.seconds == Array([0.5, 1, 2, 4].prefix(attempts - 1)))
  }

  @Test func theWaitsOfASourceEndWithItsTotalTime() async throws {
    let server = LoopbackServer { _, _ in .status(503, ["Retry-After": "30"]) }
    await #expect(throws: AcquisitionError.self) {
      try await fetch("\(server.url)/a") {
        $0.attempts = 100
        $0.totalSeconds = 100
      }
    }
    #expect(clock.seconds == [30, 30, 30])
    #expect(server.requests.count == 4)
  }

  @Test(arguments: [400, 401, 403, 404, 410, 501, 505])
  func answersThatWillNotPassAreNotAskedForAgain(status: Int) async throws {
    let server = LoopbackServer { _, _ in
      .status(status, ["WWW-Authenticate": "Basic realm=\"files\""])
    }
    let error = await #expect(throws: AcquisitionError.self) {
      try await fetch("\(server.url)/a")
    }
    #expect(error?.description.contains("HTTP status \(status)") == true)
    #expect(server.requests.count == 1)
    #expect(clock.waits == [])
  }

  @Test func aRedirectsQueryIsNotRepeatedInErrors() async throws {
    let server = LoopbackServer { request, _ in
      request.path == "/a" ? .status(302, ["Location": "/b?signature=canary"]) : .status(404)
    }
    let error = await #expect(throws: AcquisitionError.self) {
      try await fetch("\(server.url)/a")
    }
    #expect(error?.description.contains("/b?…: HTTP status 404") == true)
    #expect(error?.description.contains("canary") == false)
  }

  @Test func progressCountsTheBytesOfEarlierAttempts() async throws {
    let server = LoopbackServer { request, number in
      .file(Self.body, etag: "\"v1\"", to: request).with { $0.cutAfter = number == 0 ? 100 : nil }
    }
    let log = ProgressLog()
    var source = DatasetSource(sources: [.init(url: "\(server.url)/a")])
    source.cacheDirectory = "cache"
    _ = try await fetcher.fetch(source, relativeTo: directory.path) { log.add($0) }
    #expect(log.all.allSatisfy { $0.total == Self.body.count })
    #expect(log.all.map(\.received) == log.all.map(\.received).sorted())
    #expect(log.all.contains { $0.received == 100 })
    #expect(log.all.last?.received == Self.body.count)
  }
}
