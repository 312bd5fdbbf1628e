import Acquisition
import Storage
import TestSupport
import Testing

/// A server whose certificate nobody vouches for.
@Suite(.timeLimit(.minutes(5))) struct CertificateTests {
  private let directory: TemporaryDirectory

  init() throws {
    directory = try TemporaryDirectory()
  }

  @Test(.enabled(if: CertificateServer.isAvailable, "there is no openssl"))
  func aCertificateOfItsOwnIsRefusedAtOnce() async throws {
    let clock = ManualClock()
    let server = try CertificateServer(files: ["ratings.csv": "rows"], days: 1)

    var source = DatasetSource(sources: [.init(url: "\(server.url)/ratings.csv")])
    source.cacheDirectory = "cache"
    source.sha256 = SHA256Digest(of: "rows").hex
    let error = await #expect(throws: AcquisitionError.self) {
      try await Fetcher(environment: [:], clock: clock.fetchClock())
        .fetch(source, relativeTo: directory.path)
    }
    guard case .unavailable(let attempts) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(attempts.count == 1)
    #expect(attempts[0].lowercased().contains("certificate"), "\(attempts[0])")
    #expect(clock.waits == [])
    #expect(!FileSystem.exists(directory.path("cache/sha256")))
  }
}
