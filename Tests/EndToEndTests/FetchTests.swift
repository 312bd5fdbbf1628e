import Foundation
import Storage
import TestSupport
import Testing

/// The program's fetch, with what only a process has: an environment, a terminal and a death.
@Suite struct FetchTests {
  private static let secret = "canary-19d4e2"
  private static let rows = Array((1...2000).map { "\($0),31,2.5\n" }.joined().utf8)
  private static let digest = SHA256Digest(of: String(decoding: rows, as: UTF8.self))
  private let directory: TemporaryDirectory

  init() throws {
    directory = try TemporaryDirectory()
  }

  private func writeJob(_ url: String, _ members: String = "") throws {
    try directory.write(
      #"{"name": "a", "dataset": {"sources": ["\#(url)"], "cache": {"directory": "cache"}\#(members)}}"#,
      to: "job.json")
  }

  private func recjob(
    _ arguments: String..., environment: [String: String] = [:]
  ) throws -> Outcome {
    try BuiltProgram.run(arguments, in: directory.path, environment: environment)
  }

  @Test func theFileAndItsHashArePrintedAndNothingElse() throws {
    let server = LoopbackServer { _, _ in .init(body: Self.rows) }
    try writeJob("\(server.url)/ratings.csv")
    let outcome = try recjob("fetch", "job.json")
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.output == "\(Self.digest)  ./cache/sha256/\(Self.digest)\n")
    // Cron sends what stands here by mail.
    #expect(outcome.errors == "")
  }

  @Test(.enabled(if: FileSystem.exists("/usr/bin/script")), arguments: ["", " --quiet"])
  func onATerminalALineShowsHowFarItIs(option: String) throws {
    let server = LoopbackServer { _, _ in .init(body: Self.rows) }
    try writeJob("\(server.url)/ratings.csv")
    let command = "'\(BuiltProgram.path)' fetch job.json\(option)"
    var environment = ["HOME": directory.path, "TERM": "xterm"]
    environment["LD_LIBRARY_PATH"] = ProcessInfo.processInfo.environment["LD_LIBRARY_PATH"]
    let outcome = try ChildProcess(
      "/usr/bin/script", ["-qec", command, "/dev/null"], in: directory.path,
      environment: environment
    ).finish()
    #expect(outcome.status == 0, "\(outcome.output)")
    #expect(outcome.output.contains("100 %, ") == option.isEmpty, "\(outcome.output)")
    #expect(outcome.output.hasSuffix("\(Self.digest)  ./cache/sha256/\(Self.digest)\r\n"))
  }

  @Test func theProxyOfTheEnvironmentIsAsked() throws {
    let proxy = LoopbackServer { _, _ in .init(body: Self.rows) }
    try writeJob("http://data.example.test/ratings.csv")
    let outcome = try recjob("fetch", "job.json", environment: ["http_proxy": proxy.url])
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(proxy.requests.map(\.path) == ["http://data.example.test/ratings.csv"])
  }

  @Test func aKilledDownloadIsTakenUpAgain() throws {
    let server = LoopbackServer { request, number in
      .file(Self.rows, etag: "\"v1\"", to: request).with {
        $0.cutAfter = number == 0 ? 20_000 : nil
        $0.holdsOpen = number == 0
      }
    }
    try writeJob("\(server.url)/ratings.csv", #", "sha256": "\#(Self.digest)""#)
    let first = try BuiltProgram.start(["fetch", "job.json"], in: directory.path)
    let partial = directory.path("cache/partial/\(SHA256Digest(of: "\(server.url)/ratings.csv"))")
    try first.wait { (try? FileSystem.fileSize(partial)) == 20_000 }
    first.kill()
    _ = try first.finish()
    #expect(!FileSystem.exists(directory.path("cache/sha256")))

    #expect(try recjob("fetch", "job.json").status == 0)
    #expect(server.requests.map(\.rangeStart) == [nil, 20_000])
    #expect(try FileSystem.list(directory.path("cache/partial")) == [])
    #expect(try FileSystem.list(directory.path("cache/sha256")) == [Self.digest.hex])
  }

  @Test func aSecretIsSentAndWrittenNowhere() throws {
    let server = LoopbackServer { request, _ in
      request.headers["authorization"] == "Bearer \(Self.secret)"
        ? .init(body: Self.rows) : .status(401)
    }
    try writeJob(
      "\(server.url)/ratings.csv",
      #", "auth": {"type": "bearer", "token": {"env": "RECJOB_TOKEN"}}"#)
    let environment = ["RECJOB_TOKEN": Self.secret]
    let outcomes = [
      try recjob("run", "job.json", "--print-plan", environment: environment),
      try recjob("fetch", "job.json", environment: environment),
      try recjob("fetch", "job.json", environment: ["RECJOB_TOKEN": "\(Self.secret)-old"]),
    ]
    #expect(outcomes.map(\.status) == [0, 0, 69])
    #expect(outcomes[0].output.contains("\"env\": \"RECJOB_TOKEN\""))
    #expect(outcomes[2].errors.contains("it does not accept the credentials"))
    for outcome in outcomes {
      #expect(!outcome.output.contains(Self.secret))
      #expect(!outcome.errors.contains(Self.secret))
    }
    for name in try FileSystem.listTree(directory.path) {
      let text = String(decoding: try FileSystem.readBytes(directory.path(name)), as: UTF8.self)
      #expect(!text.contains(Self.secret), "\(name)")
    }
  }

  @Test func aMissingSecretEndsTheJobBeforeAnythingIsSent() throws {
    let server = LoopbackServer { _, _ in .init(body: Self.rows) }
    try writeJob(
      "\(server.url)/ratings.csv",
      #", "auth": {"type": "basic", "username": "u", "password": {"credential": "p"}}"#)
    let outcome = try recjob("fetch", "job.json")
    #expect(outcome.status == 66)
    #expect(outcome.errors.contains("CREDENTIALS_DIRECTORY is unset"))
    #expect(server.requests == [])
    #expect(try recjob("validate", "job.json").status == 0)
  }

  // MARK: Faults from outside

  /// Whether a command does its work on this machine, in whose container it may not be allowed.
  private static func works(_ command: String) -> Bool {
    let outcome = try? ChildProcess(
      "/bin/sh", ["-c", command], in: "/", environment: ["PATH": "/usr/bin:/bin"]
    ).finish()
    return outcome?.status == 0
  }

  @Test(
    .enabled(if: works("strace -o /dev/null true"), "there is no strace"),
    arguments: ["write", "fsync", "rename", "unlink", "ftruncate"])
  func aFetchThatIsKilledAtAnyCallLeavesNoWrongByte(call: String) throws {
    let server = LoopbackServer { request, _ in
      .file(Self.rows, etag: "\"v1\"", to: request)
    }
    try writeJob("\(server.url)/ratings.csv", #", "sha256": "\#(Self.digest)""#)
    for number in 1...100 {
      try FileSystem.removeTree(directory.path("cache"))
      let outcome = try ChildProcess(
        "/bin/sh",
        [
          "-c",
          "exec strace -f -qq -o /dev/null -e inject=\(call):signal=SIGKILL:when=\(number) "
            + "'\(BuiltProgram.path)' fetch job.json",
        ], in: directory.path,
        environment: [
          "HOME": directory.path, "PATH": "/usr/bin:/bin",
          "LD_LIBRARY_PATH": ProcessInfo.processInfo.environment["LD_LIBRARY_PATH"] ?? "",
        ]
      ).finish()
      for name in (try? FileSystem.list(directory.path("cache/sha256"))) ?? [] {
        #expect(try SHA256Digest.measureFile(directory.path("cache/sha256/\(name)")).1.hex == name)
      }
      // Without a kill, the program makes no more such calls.
      if outcome.status == 0, !outcome.wasKilled {
        #expect(number > 1)
        return
      }
      let next = try recjob("fetch", "job.json")
      #expect(next.status == 0, "\(call) \(number): \(next.errors)")
      #expect(next.output == "\(Self.digest)  ./cache/sha256/\(Self.digest)\n")
    }
    Issue.record("the fetch was killed at each of 100 calls of \(call)")
  }

  @Test(
    .enabled(
      if: CertificateServer.isAvailable
        && works("unshare -rm mount --bind /etc/hostname /etc/ssl/certs/ca-certificates.crt"),
      "there is no openssl, or no right to put a store in the place of the system's"),
    arguments: [(days: 1, isTrusted: true), (1, false), (-1, true)])
  func certificatesAreThoseThatTheSystemTrusts(days: Int, isTrusted: Bool) throws {
    let server = try CertificateServer(files: ["ratings.csv": "1,31,2.5\n"], days: days)
    try writeJob("\(server.url)/ratings.csv")
    let store = isTrusted ? server.certificate : "/etc/ssl/certs/ca-certificates.crt"
    let outcome = try ChildProcess(
      "/bin/sh",
      [
        "-c",
        "exec unshare -rm sh -c 'mount --bind \(store) /etc/ssl/certs/ca-certificates.crt && "
          + "exec \(BuiltProgram.path) fetch job.json'",
      ], in: directory.path,
      environment: [
        "HOME": directory.path, "PATH": "/usr/bin:/bin",
        "LD_LIBRARY_PATH": ProcessInfo.processInfo.environment["LD_LIBRARY_PATH"] ?? "",
      ]
    ).finish()
    #expect(outcome.status == (days > 0 && isTrusted ? 0 : 69), "\(outcome.errors)")
    #expect(outcome.errors.contains("expired") == (days < 0))
    #expect(outcome.errors.contains("certificate") == (outcome.status != 0))
  }
}
