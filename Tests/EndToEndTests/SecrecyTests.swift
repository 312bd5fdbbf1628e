import Foundation
import Storage
import TestSupport
import Testing

/// What is secret stays where it was put, whatever becomes of a run.
@Suite struct SecrecyTests {
  /// A secret in each place that can have one.
  private enum Canary {
    static let token = "canary-token-5f1c"
    static let start = "canary-start-81d0"
    static let success = "canary-success-c94e"
    static let failure = "canary-failure-07ab"
    static let query = "canary-query-3e52"
    static let all = [token, start, success, failure, query]
  }

  private let fixture: JobFixture
  /// The places of the secrets, outside of what is searched.
  private let places: TemporaryDirectory

  init() throws {
    fixture = try JobFixture()
    places = try TemporaryDirectory()
  }

  /// A server that gives the dataset to whoever has the token, and takes every ping.
  private func makeServer() throws -> LoopbackServer {
    let data = try FileSystem.readBytes(fixture.path("data.zip"))
    try FileSystem.removeFile(fixture.path("data.zip"))
    return LoopbackServer { request, _ in
      guard request.path.hasPrefix("/data.zip") else { return .body("OK") }
      return request.headers["authorization"] == "Bearer \(Canary.token)"
        ? .init(body: data) : .status(401, ["WWW-Authenticate": "Bearer"])
    }
  }

  /// Starts the job with its data from one server and its pings to another.
  private func start(
    data: String, pings: String, token: String = Canary.token, _ arguments: [String]
  ) throws -> ChildProcess {
    try fixture.directory.write(
      """
      {
        "name": "planted",
        "dataset": {
          "sources": ["\(data)/data.zip"], "cache": { "directory": "cache" },
          "auth": { "type": "bearer", "token": { "env": "TOKEN" } }
        },
        "model": { "factors": 4 },
        "training": { "max_epochs": 12, "learning_rate": 0.02, "batch_size": 16 },
        "output": { "directory": "out" },
        "monitoring": {
          "metrics_file": "planted.prom",
          "ping": {
            "start": { "env": "START" },
            "success": { "file": "\(places.path("success"))" },
            "failure": { "credential": "failure" }
          }
        }
      }
      """, to: "job.json")
    try places.write("\(pings)/\(Canary.success)\n", to: "success")
    try places.write("\(pings)/\(Canary.failure)", to: "failure")
    return try BuiltProgram.start(
      ["run", "job.json", "--verbose"] + arguments, in: fixture.directory.path,
      environment: [
        "TOKEN": token, "START": "\(pings)/\(Canary.start)",
        "CREDENTIALS_DIRECTORY": places.path,
      ])
  }

  /// Finds secrets in what a run wrote, in files as well as to its two streams.
  private func expectNoSecret(
    in outcome: Outcome, sourceLocation: SourceLocation = #_sourceLocation
  )
    throws
  {
    for canary in Canary.all {
      #expect(!outcome.output.contains(canary), "\(canary)", sourceLocation: sourceLocation)
      #expect(!outcome.errors.contains(canary), "\(canary)", sourceLocation: sourceLocation)
    }
    let files = try FileSystem.listTree(fixture.directory.path)
    #expect(files.contains("job.json"))
    for file in files {
      let bytes = try Data(FileSystem.readBytes(fixture.path(file)))
      for canary in Canary.all {
        #expect(
          !file.contains(canary) && bytes.range(of: Data(canary.utf8)) == nil,
          "\(file) has \(canary)", sourceLocation: sourceLocation)
      }
    }
  }

  /// Finds secrets in requests where they do not belong.
  private func expectOwnSecretsOnly(in requests: [LoopbackServer.Request]) {
    for request in requests {
      let isData = request.path.hasPrefix("/data.zip")
      for canary in Canary.all {
        #expect(!String(decoding: request.body, as: UTF8.self).contains(canary))
        #expect(!request.path.contains(canary) || request.path == "/\(canary)")
        for (name, value) in request.headers where value.contains(canary) {
          #expect(isData && name == "authorization" && canary == Canary.token)
        }
      }
    }
  }

  @Test(arguments: ["text", "json"])
  func aSuccessShowsNoSecret(format: String) throws {
    let server = try makeServer()
    let outcome = try start(data: server.url, pings: server.url, ["--log-format", format]).finish()
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(
      server.requests.map(\.path).sorted()
        == ["/\(Canary.start)", "/\(Canary.success)", "/data.zip"].sorted())
    try expectNoSecret(in: outcome)
    expectOwnSecretsOnly(in: server.requests)
    let files = try FileSystem.listTree(fixture.directory.path)
    for name in ["run.json", "provenance.json", "openlineage.jsonl", "plan.json"] {
      #expect(files.contains { $0.hasSuffix("/\(name)") }, "\(name)")
    }
    #expect(files.contains("planted.prom") && files.contains("out/state/last.json"))
    #expect(files.contains { $0.hasPrefix("cache/sha256/") })
  }

  @Test(arguments: ["text", "json"])
  func aWrongPasswordIsNotShownEither(format: String) throws {
    let server = try makeServer()
    let wrong = Canary.token + "-wrong"
    let outcome = try start(
      data: server.url, pings: server.url, token: wrong, ["--log-format", format]
    ).finish()
    #expect(outcome.status == 69, "\(outcome.errors)")
    #expect(outcome.errors.contains("401"))
    try expectNoSecret(in: outcome)
    expectOwnSecretsOnly(in: server.requests)
    let ping = try #require(server.requests.first { $0.path == "/\(Canary.failure)" })
    #expect(String(decoding: ping.body, as: UTF8.self).contains("401"))
  }

  @Test func aPingServerThatIsDownIsNotNamed() throws {
    let server = try makeServer()
    let outcome = try start(data: server.url, pings: "http://127.0.0.1:9", []).finish()
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.errors.contains("Monitoring failed"))
    try expectNoSecret(in: outcome)
    expectOwnSecretsOnly(in: server.requests)
  }

  @Test func aSignedURLIsShownWithoutItsQuery() throws {
    let data = try FileSystem.readBytes(fixture.path("data.zip"))
    let server = LoopbackServer { _, _ in .init(body: data) }
    let url = "\(server.url)/data.zip?signature=\(Canary.query)"
    let outcome = try fixture.run(
      "--verbose", "--set", "dataset.sources=[\"\(url)\"]", "--set", "dataset.cache.directory=cache"
    )
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(!outcome.errors.contains(Canary.query))
    let run = try fixture.latest
    for name in ["run.json", "openlineage.jsonl", "metrics.json", "manifest.json"] {
      let text = try FileSystem.readText(run.file(name))
      #expect(!text.contains(Canary.query), "\(name)")
    }
    let source = try run.json("run.json")["dataset"]?["source"]?.stringValue
    #expect(source == "\(server.url)/data.zip?…")
  }

  @Test func noArgumentListAndNoChildHasASecret() throws {
    let server = try makeServer()
    let run = try start(data: server.url, pings: server.url, JobFixture.endless)
    try run.wait { run.errors.contains("epoch.number=2 ") }
    let process = "/proc/\(run.identifier)"
    let arguments = String(decoding: try FileSystem.readBytes("\(process)/cmdline"), as: UTF8.self)
    #expect(arguments.contains("job.json"))
    for canary in Canary.all { #expect(!arguments.contains(canary)) }
    for thread in try FileSystem.list("\(process)/task") {
      // A thread may be gone by now.
      let children = try? FileSystem.readBytes("\(process)/task/\(thread)/children")
      #expect(children ?? [] == [], "no other program is started")
    }
    run.kill()
    try expectNoSecret(in: run.finish())
  }
}
