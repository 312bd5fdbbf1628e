import Acquisition
import Storage
import TestSupport
import Testing

/// Downloads from a server on this machine.
@Suite(.timeLimit(.minutes(5))) struct FetcherDownloadTests {
  private let directory: TemporaryDirectory
  private let clock = ManualClock()
  private let fetcher: Fetcher
  private static let rows = (1...5000).map { "\($0),31,2.5\n" }.joined()
  private static let digest = SHA256Digest(of: rows)

  init() throws {
    directory = try TemporaryDirectory()
    fetcher = Fetcher(environment: [:], clock: clock.fetchClock())
  }

  private func source(_ urls: String..., sha256: String? = nil) -> DatasetSource {
    var source = DatasetSource(sources: urls.map { .init(url: $0) })
    source.sha256 = sha256
    source.cacheDirectory = "cache"
    return source
  }

  private func fetch(_ source: DatasetSource) async throws(AcquisitionError) -> FetchedDataset {
    try await fetcher.fetch(source, relativeTo: directory.path)
  }

  /// The names below `sha256/` and `partial/` in the cache.
  private var cached: [String] {
    let files = (try? FileSystem.listTree(directory.path("cache"))) ?? []
    return files.filter { !$0.hasPrefix("urls/") }
  }

  @Test func downloadIsKeptByItsContent() async throws {
    let server = LoopbackServer { _, _ in .body(Self.rows, ["ETag": "\"v1\""]) }
    let dataset = try await fetch(source("\(server.url)/data/ratings.csv"))
    #expect(
      dataset
        == FetchedDataset(
          path: directory.path("cache/sha256/\(Self.digest.hex)"), name: "ratings.csv",
          sha256: Self.digest, bytes: Self.rows.utf8.count,
          origin: "\(server.url)/data/ratings.csv", etag: "\"v1\"", fromCache: false))
    #expect(try FileSystem.readText(dataset.path) == Self.rows)
    #expect(cached == ["sha256/\(Self.digest.hex)"])
    #expect(server.requests.map { $0.headers["accept-encoding"] } == ["identity"])
    #expect(server.requests.map { $0.headers["if-none-match"] } == [nil])
  }

  @Test func unchangedVersionIsNotSentAgain() async throws {
    let server = LoopbackServer { request, _ in
      request.headers["if-none-match"] == "\"v1\""
        ? .status(304, ["ETag": "\"v1\""]) : .body(Self.rows, ["ETag": "\"v1\""])
    }
    _ = try await fetch(source("\(server.url)/a"))
    let dataset = try await fetch(source("\(server.url)/a"))
    #expect(dataset.fromCache)
    #expect(dataset.sha256 == Self.digest)
    #expect(server.requests.count == 2)
  }

  @Test func newVersionReplacesTheOldInTheIndex() async throws {
    let server = LoopbackServer { _, number in
      .body(number == 0 ? "old" : "new", ["ETag": "\"v\(number)\""])
    }
    _ = try await fetch(source("\(server.url)/a"))
    let dataset = try await fetch(source("\(server.url)/a"))
    #expect(dataset.sha256 == SHA256Digest(of: "new"))
    #expect(server.requests[1].headers["if-none-match"] == "\"v0\"")
    _ = try await fetch(source("\(server.url)/a"))
    #expect(server.requests[2].headers["if-none-match"] == "\"v1\"")
  }

  @Test func wantedDigestInTheCacheNeedsNoServer() async throws {
    let server = LoopbackServer { _, _ in .body(Self.rows) }
    let wanted = source("\(server.url)/a", sha256: Self.digest.hex)
    _ = try await fetch(wanted)
    let dataset = try await fetch(wanted)
    #expect(dataset.fromCache)
    #expect(server.requests.count == 1)
  }

  @Test func spoiledFileInTheCacheIsFetchedAnew() async throws {
    let server = LoopbackServer { _, _ in .body(Self.rows) }
    let wanted = source("\(server.url)/a", sha256: Self.digest.hex)
    let path = try await fetch(wanted).path
    try directory.write("spoiled", to: "cache/sha256/\(Self.digest.hex)")
    _ = try await fetch(wanted)
    #expect(try FileSystem.readText(path) == Self.rows)
    #expect(server.requests.count == 2)
  }

  @Test func mirrorIsAskedWhereTheFirstHasNothing() async throws {
    let server = LoopbackServer { request, _ in
      request.path == "/mirror" ? .body(Self.rows) : .status(404)
    }
    let dataset = try await fetch(source("\(server.url)/first", "\(server.url)/mirror"))
    #expect(dataset.origin == "\(server.url)/mirror")
    #expect(clock.waits == [])
  }

  @Test(arguments: [408, 429, 500, 502, 503, 504])
  func passingTroubleIsWaitedOut(status: Int) async throws {
    let server = LoopbackServer { _, number in
      switch number {
      case 0: .status(status)
      case 1: .status(status, ["Retry-After": "7"])
      default: .body(Self.rows)
      }
    }
    let dataset = try await fetch(source("\(server.url)/a"))
    #expect(dataset.sha256 == Self.digest)
    #expect(clock.seconds == [0.5, 7])
  }

  @Test func attemptsEndAndAreAllTold() async throws {
    let server = LoopbackServer { _, _ in .status(503) }
    var source = source("\(server.url)/a")
    source.limits.attempts = 3
    let error = await #expect(throws: AcquisitionError.self) { try await fetch(source) }
    guard case .unavailable(let attempts) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(attempts == Array(repeating: "\(server.url)/a: HTTP status 503", count: 3))
    #expect(clock.seconds == [0.5, 1])
  }

  @Test func waitBeyondTheDeadlineIsNotBegun() async throws {
    let server = LoopbackServer { _, _ in .status(429, ["Retry-After": "86400"]) }
    await #expect(throws: AcquisitionError.self) { try await fetch(source("\(server.url)/a")) }
    #expect(server.requests.count == 1)
    #expect(clock.waits == [])
  }

  @Test(arguments: [false, true])
  func cutOrStalledDownloadGoesOnWhereItBroke(isStalled: Bool) async throws {
    let body = Array(Self.rows.utf8)
    let server = LoopbackServer { request, _ in
      let answer = LoopbackServer.Response.file(body, etag: "\"v1\"", to: request)
      guard request.rangeStart == nil else { return answer }
      return answer.with {
        $0.cutAfter = 20_000
        $0.holdsOpen = isStalled
      }
    }
    var source = source("\(server.url)/a", sha256: Self.digest.hex)
    source.limits.stallSeconds = 0.2
    let dataset = try await fetch(source)
    #expect(try FileSystem.readBytes(dataset.path) == body)
    #expect(server.requests.count == 2)
    #expect(server.requests[1].headers["range"] == "bytes=20000-")
    #expect(server.requests[1].headers["if-range"] == "\"v1\"")
  }

  /// The second answer is told by its number: whole again, another range, or a changed file.
  @Test(arguments: 0..<4)
  func cutDownloadThatCannotGoOnBeginsAgain(kind: Int) async throws {
    let body = Array(Self.rows.utf8)
    let server = LoopbackServer { request, number in
      let etag = kind == 3 ? "W/\"v1\"" : "\"v1\""
      if number == 0 {
        return .init(headers: ["ETag": etag], body: body).with { $0.cutAfter = 20_000 }
      }
      guard number == 1, request.headers["range"] != nil else { return .init(body: body) }
      let tail = Array(body[20_000...])
      return switch kind {
      case 0: .init(headers: ["ETag": "\"v2\""], body: body)
      case 1: .init(status: 206, headers: ["Content-Range": "bytes 19999-"], body: tail)
      default:
        .init(
          status: 206, headers: ["Content-Range": "bytes 20000-", "ETag": "\"v2\""], body: tail)
      }
    }
    let dataset = try await fetch(source("\(server.url)/a"))
    #expect(try FileSystem.readBytes(dataset.path) == body)
    // A weak version promises nothing about bytes, so that no range is asked for.
    #expect((server.requests[1].headers["range"] == nil) == (kind == 3))
  }

  @Test func wrongDigestKeepsTheOldCache() async throws {
    let server = LoopbackServer { _, number in .body(number == 0 ? Self.rows : "forged") }
    _ = try await fetch(source("\(server.url)/a"))
    let other = SHA256Digest(of: "other").hex
    await #expect(
      throws: AcquisitionError.digestMismatch(
        origin: "\(server.url)/a", expected: other, actual: SHA256Digest(of: "forged").hex)
    ) {
      try await fetch(source("\(server.url)/a", sha256: other))
    }
    #expect(cached == ["sha256/\(Self.digest.hex)"])
  }

  @Test func redirectsAreFollowedToTheEnd() async throws {
    let server = LoopbackServer { request, _ in
      let hop = Int(request.path.dropFirst()) ?? 0
      return hop < 5 ? .status(302, ["Location": "/\(hop + 1)"]) : .body(Self.rows)
    }
    let dataset = try await fetch(source("\(server.url)/0"))
    #expect(dataset.sha256 == Self.digest)
    #expect(server.requests.count == 6)
  }

  @Test(
    arguments: [
      "file:///etc/passwd", "/again", "ftp://127.0.0.1/a", "http://user:secret@127.0.0.1/a",
    ])
  func hostileRedirectsAreRefused(location: String) async throws {
    let server = LoopbackServer { _, _ in .status(302, ["Location": location]) }
    let error = await #expect(throws: AcquisitionError.self) {
      try await fetch(source("\(server.url)/a"))
    }
    guard case .refused = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(server.requests.count == (location == "/again" ? 6 : 1))
    #expect(cached == [])
  }

  @Test(arguments: [true, false])
  func tooLargeADatasetIsRefused(isTold: Bool) async throws {
    let server = LoopbackServer { _, _ in
      .body(Self.rows, ["ETag": "\"v1\""]).with { $0.framing = isTold ? .length : .connection }
    }
    var source = source("\(server.url)/a")
    source.limits.maxBytes = 1000
    await #expect(
      throws: AcquisitionError.refused(
        url: "\(server.url)/a", reason: "it has more than 1000 bytes")
    ) {
      try await fetch(source)
    }
    #expect(cached == [])
  }

  @Test func answerThatIsEncodedUnaskedIsRefused() async throws {
    let server = LoopbackServer { _, _ in
      .init(headers: ["Content-Encoding": "gzip"], body: Gzip.compress(Array(Self.rows.utf8)))
    }
    await #expect(throws: AcquisitionError.self) { try await fetch(source("\(server.url)/a")) }
    #expect(server.requests.count == 1)
    #expect(cached == [])
  }

  @Test func silentServerIsGivenUp() async throws {
    let server = LoopbackServer { _, number in
      number == 0 ? .silence : .body(Self.rows)
    }
    var source = source("\(server.url)/a")
    source.limits.connectSeconds = 0.2
    let dataset = try await fetch(source)
    #expect(dataset.sha256 == Self.digest)
    #expect(clock.seconds == [0.5])
  }

  @Test func earlierDownloadServesOnlyWhereTheJobAllowsIt() async throws {
    let server = LoopbackServer { _, number in number == 0 ? .body(Self.rows) : .status(404) }
    var source = source("\(server.url)/a")
    _ = try await fetch(source)
    await #expect(throws: AcquisitionError.self) { try await fetch(source) }
    source.allowStale = true
    let dataset = try await fetch(source)
    #expect(dataset.isStale)
    #expect(dataset.sha256 == Self.digest)
  }

  @Test func fetchThatIsStoppedBeforeItBeginsAsksNoServer() async throws {
    let server = LoopbackServer { _, _ in .body(Self.rows) }
    let task = Task { [fetcher, source = source("\(server.url)/a"), directory] in
      while !Task.isCancelled { await Task.yield() }
      return try await fetcher.fetch(source, relativeTo: directory.path)
    }
    task.cancel()
    await #expect(throws: AcquisitionError.cancelled) { try await task.value }
    #expect(server.requests == [])
  }

  @Test func stoppedFetchEnds() async throws {
    let server = LoopbackServer { _, _ in .silence }
    let task = Task { [fetcher, source = source("\(server.url)/a"), directory] in
      try await fetcher.fetch(source, relativeTo: directory.path)
    }
    while server.requests.isEmpty { await Task.yield() }
    task.cancel()
    await #expect(throws: AcquisitionError.cancelled) { try await task.value }
  }
}
