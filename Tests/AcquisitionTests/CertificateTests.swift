import Acquisition
import Foundation
import Storage
import TestSupport
import Testing

/// A server whose certificate nobody vouches for.
@Suite(.timeLimit(.minutes(1))) struct CertificateTests {
  private static let openssl = "/usr/bin/openssl"

  private let directory: TemporaryDirectory

  init() throws {
    directory = try TemporaryDirectory()
  }

  @Test(.enabled(if: FileSystem.exists(openssl), "there is no openssl"))
  func aCertificateOfItsOwnIsRefusedAtOnce() async throws {
    try directory.write("rows", to: "ratings.csv")
    let clock = ManualClock()
    let makeCertificate = try start(
      "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "key.pem", "-out", "cert.pem",
      "-days", "1", "-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1")
    makeCertificate.waitUntilExit()
    let server = try start(
      "s_server", "-accept", "127.0.0.1:0", "-key", "key.pem", "-cert", "cert.pem", "-WWW")
    defer { server.terminate() }
    let url = "https://127.0.0.1:\(try await port(of: server))/ratings.csv"

    var source = DatasetSource(sources: [.init(url: url)])
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

  private func start(_ arguments: String...) throws -> Process {
    let process = Process()
    process.executableURL = URL(filePath: Self.openssl)
    process.arguments = arguments
    process.currentDirectoryURL = URL(filePath: directory.path)
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle(forWritingAtPath: try directory.write("", to: "output"))
    process.standardError = FileHandle.nullDevice
    try process.run()
    return process
  }

  /// The port that the server says it has taken.
  private func port(of server: Process) async throws -> Int {
    while server.isRunning {
      let output = try FileSystem.readText(directory.path("output"))
      for line in output.split(separator: "\n") where line.hasPrefix("ACCEPT ") {
        return try #require(line.split(separator: ":").last.flatMap { Int($0) })
      }
      await Task.yield()
    }
    throw CancellationError()
  }
}
