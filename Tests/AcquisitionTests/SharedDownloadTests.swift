import Acquisition
import Dispatch
import Storage
import TestSupport
import Testing

/// Two jobs that want the same URL at once.
@Suite(.timeLimit(.minutes(5))) struct SharedDownloadTests {
  private final class Gate: Sendable {
    private let semaphore = DispatchSemaphore(value: 0)
    func open() { semaphore.signal() }
    func wait() { semaphore.wait() }
  }

  private let directory: TemporaryDirectory

  init() throws {
    directory = try TemporaryDirectory()
  }

  private func source(_ url: String) -> DatasetSource {
    var source = DatasetSource(sources: [.init(url: url)])
    source.cacheDirectory = "cache"
    return source
  }

  /// A fetcher that opens the gate when it waits for the other one.
  private func second(_ gate: Gate) -> Fetcher {
    Fetcher(
      environment: [:],
      clock: FetchClock(sleep: { _ in
        gate.open()
        try await Task.sleep(for: .milliseconds(1))
      }))
  }

  @Test(arguments: [nil, "\"v1\""])
  func oneDownloadsAndTheOtherUsesIt(etag: String?) async throws {
    let gate = Gate()
    let server = LoopbackServer { _, _ in
      gate.wait()
      return .body("rows", etag.map { ["ETag": $0] } ?? [:])
    }
    let source = source("\(server.url)/a")
    async let first = Fetcher(environment: [:]).fetch(source, relativeTo: directory.path)
    while server.requests.isEmpty { await Task.yield() }
    let waited = try await second(gate).fetch(source, relativeTo: directory.path)
    let downloaded = try await first
    #expect(server.requests.count == 1)
    #expect(!downloaded.fromCache)
    #expect(waited.fromCache)
    #expect(waited.path == downloaded.path)
    #expect(try FileSystem.readText(waited.path) == "rows")
  }

  @Test func theOtherDownloadsWhereTheFirstFails() async throws {
    let gate = Gate()
    let server = LoopbackServer { request, number in
      guard number == 0 else { return .file(Array("rows".utf8), etag: "\"v1\"", to: request) }
      gate.wait()
      return .file(Array("rows".utf8), etag: "\"v1\"", to: request).with { $0.cutAfter = 2 }
    }
    var hasty = source("\(server.url)/a")
    hasty.limits.attempts = 1
    let first = Task { [hasty, directory] in
      try await Fetcher(environment: [:]).fetch(hasty, relativeTo: directory.path)
    }
    while server.requests.isEmpty { await Task.yield() }
    let dataset = try await second(gate).fetch(hasty, relativeTo: directory.path)
    await #expect(throws: AcquisitionError.self) { try await first.value }
    #expect(server.requests.map(\.rangeStart) == [nil, 2])
    #expect(try FileSystem.readText(dataset.path) == "rows")
  }

  @Test func theWaitEndsWithTheTotalTime() async throws {
    let url = "http://127.0.0.1:9/a"
    try FileSystem.makeDirectory(directory.path("cache/urls"))
    let path = directory.path("cache/urls/\(SHA256Digest(of: url).hex).lock")
    let lock = try FileLock.acquire(path, holder: "process 1, which downloads")
    let clock = ManualClock()
    var source = source(url)
    source.limits.totalSeconds = 1
    await #expect(
      throws: AcquisitionError.storage(.locked(path: path, holder: "process 1, which downloads"))
    ) {
      try await Fetcher(environment: [:], clock: clock.fetchClock())
        .fetch(source, relativeTo: directory.path)
    }
    #expect(clock.waits == Array(repeating: .milliseconds(200), count: 5))
    lock.release()
  }
}
