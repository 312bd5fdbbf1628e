import Acquisition
import Storage
import TestSupport
import Testing

/// What does not touch a network: files, pins and the choice between sources.
@Suite struct FetcherTests {
  private let directory: TemporaryDirectory
  private let fetcher = Fetcher(environment: [:], clock: ManualClock().fetchClock())
  private static let rows = "userId,movieId,rating\n1,31,2.5\n"

  init() throws {
    directory = try TemporaryDirectory()
    try directory.write(Self.rows, to: "data/ratings.csv")
  }

  @Test(arguments: [false, true])
  func pathsAndFileURLsAreReadInPlace(asURL: Bool) async throws {
    let path = directory.path("data/ratings.csv")
    let origin = asURL ? "file://\(path)" : "data/ratings.csv"
    let dataset = try await fetcher.fetch(
      DatasetSource(sources: [.init(url: origin)]), relativeTo: directory.path)
    #expect(
      dataset
        == FetchedDataset(
          path: path, name: "ratings.csv", sha256: SHA256Digest(of: Self.rows), bytes: 31,
          origin: origin, etag: nil, fromCache: false))
    #expect(try FileSystem.list(directory.path) == ["data"])
  }

  @Test func directoryHasTheDigestOfItsSortedFiles() async throws {
    try directory.write("x", to: "data/b/movies.csv")
    let dataset = try await fetcher.fetch(
      DatasetSource(sources: [.init(url: "data")]), relativeTo: directory.path)
    let lines =
      "b/movies.csv\0\(SHA256Digest(of: "x").hex)\n"
      + "ratings.csv\0\(SHA256Digest(of: Self.rows).hex)\n"
    #expect(dataset.sha256 == SHA256Digest(of: lines))
    #expect(dataset.bytes == 32)
  }

  @Test func wrongDigestIsToldWithBoth() async throws {
    var source = DatasetSource(sources: [.init(url: "data/ratings.csv")])
    source.sha256 = SHA256Digest(of: "other").hex
    let expected = AcquisitionError.digestMismatch(
      origin: "data/ratings.csv", expected: SHA256Digest(of: "other").hex,
      actual: SHA256Digest(of: Self.rows).hex)
    await #expect(throws: expected) {
      try await fetcher.fetch(source, relativeTo: directory.path)
    }
    #expect(expected.description.contains(SHA256Digest(of: Self.rows).hex))
  }

  @Test func nextSourceIsTriedAndItsOwnDigestCounts() async throws {
    try directory.write("packed otherwise", to: "mirror.csv")
    var source = DatasetSource(sources: [
      .init(url: "missing.csv"), .init(url: "data/ratings.csv"),
      .init(url: "mirror.csv", sha256: SHA256Digest(of: "packed otherwise").hex),
    ])
    source.sha256 = SHA256Digest(of: "what the job wants").hex
    let dataset = try await fetcher.fetch(source, relativeTo: directory.path)
    #expect(dataset.origin == "mirror.csv")
  }

  @Test func everyFailureIsInTheError() async throws {
    let missing = [directory.path("a"), directory.path("b")]
    await #expect(throws: AcquisitionError.notFound(paths: missing)) {
      try await fetcher.fetch(
        DatasetSource(sources: [.init(url: "a"), .init(url: "b")]), relativeTo: directory.path)
    }
    var source = DatasetSource(sources: [.init(url: "a"), .init(url: "data/ratings.csv")])
    source.sha256 = SHA256Digest(of: "other").hex
    let error = await #expect(throws: AcquisitionError.self) {
      try await fetcher.fetch(source, relativeTo: directory.path)
    }
    guard case .noSourceUsable(let failures) = error, case .digestMismatch = error?.decisive else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(failures.first == .notFound(paths: [missing[0]]))
  }

  @Test func firstFetchPinsTheLaterOnes() async throws {
    var source = DatasetSource(sources: [.init(url: "data/ratings.csv")])
    source.pin = .lock
    let lockFile = directory.path("job.lock.json")
    let digest = SHA256Digest(of: Self.rows).hex
    _ = try await fetcher.fetch(source, relativeTo: directory.path, lockFile: lockFile)
    #expect(
      try FileSystem.readText(lockFile) == """
        {
          "sha256" : "\(digest)",
          "sources" : [
            "data/ratings.csv"
          ]
        }

        """)
    _ = try await fetcher.fetch(source, relativeTo: directory.path, lockFile: lockFile)

    try directory.write("changed", to: "data/ratings.csv")
    await #expect(
      throws: AcquisitionError.lockMismatch(
        origin: "data/ratings.csv", lockFile: lockFile, expected: digest,
        actual: SHA256Digest(of: "changed").hex)
    ) {
      try await fetcher.fetch(source, relativeTo: directory.path, lockFile: lockFile)
    }
    try FileSystem.removeFile(lockFile)
    _ = try await fetcher.fetch(source, relativeTo: directory.path, lockFile: lockFile)
    #expect(try FileSystem.readText(lockFile).contains(SHA256Digest(of: "changed").hex))
  }

  @Test func lockFileThatIsNoneIsNotOverwritten() async throws {
    var source = DatasetSource(sources: [.init(url: "data/ratings.csv")])
    source.pin = .lock
    let lockFile = try directory.write("{\"sha256\":\"12\"}", to: "job.lock.json")
    await #expect(throws: AcquisitionError.self) {
      try await fetcher.fetch(source, relativeTo: directory.path, lockFile: lockFile)
    }
    #expect(try FileSystem.readText(lockFile) == "{\"sha256\":\"12\"}")
  }

  @Test(
    arguments: [
      "ftp://example.org/a.zip", "https://user:secret@example.org/a.zip", "http:///a.zip",
      "file://example.org/a.zip",
    ])
  func otherAddressesAreRefusedAndSecretsNotRepeated(url: String) async throws {
    let error = await #expect(throws: AcquisitionError.self) {
      try await fetcher.fetch(
        DatasetSource(sources: [.init(url: url)]), relativeTo: directory.path)
    }
    guard case .refused = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(error?.description.contains("secret") == false)
  }
}
