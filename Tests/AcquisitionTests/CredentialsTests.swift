import Foundation
import Storage
import TestSupport
import Testing

@testable import Acquisition

/// Secrets are read where the job says, told to one server and written nowhere.
@Suite(.timeLimit(.minutes(5))) struct CredentialsTests {
  private static let secret = "canary-7c1f"
  private let directory: TemporaryDirectory

  init() throws {
    directory = try TemporaryDirectory()
  }

  private func fetch(
    _ urls: [String], _ scheme: Credentials.Scheme, server: String? = nil,
    environment: [String: String] = ["TOKEN": secret]
  ) async throws(AcquisitionError) -> FetchedDataset {
    var source = DatasetSource(sources: urls.map { .init(url: $0) })
    source.cacheDirectory = "cache"
    source.credentials = Credentials(scheme, server: server ?? urls[0])
    return try await Fetcher(environment: environment, clock: ManualClock().fetchClock())
      .fetch(source, relativeTo: directory.path)
  }

  private func headers(of server: LoopbackServer) -> [String?] {
    server.requests.map { $0.headers["authorization"] }
  }

  @Test(
    arguments: [
      (.bearer(token: .environment("TOKEN")), "Bearer \(secret)"),
      (.bearer(token: .file("token")), "Bearer from a file"),
      (.bearer(token: .credential("token")), "Bearer from systemd"),
      // RFC 7617, section 2
      (
        .basic(username: "Aladdin", password: .file("sesame")), "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="
      ),
    ] as [(Credentials.Scheme, String)])
  func theServerHearsTheSecret(scheme: Credentials.Scheme, header: String) async throws {
    try directory.write("from a file\n", to: "token")
    try directory.write("open sesame", to: "sesame")
    try directory.write("from systemd\r\n", to: "credentials/token")
    let server = LoopbackServer { _, _ in .body("rows") }
    _ = try await fetch(
      ["\(server.url)/a"], scheme,
      environment: [
        "TOKEN": Self.secret, "CREDENTIALS_DIRECTORY": directory.path("credentials"),
      ])
    #expect(headers(of: server) == [header])
  }

  @Test(
    arguments: [
      (.environment("OTHER"), "the environment has no variable OTHER"),
      (.environment("EMPTY"), "the variable EMPTY is empty"),
      (.environment("LINES"), "the variable LINES has more than one line"),
      (.file("missing"), "missing does not exist"),
      (.credential("token"), "CREDENTIALS_DIRECTORY is unset"),
    ] as [(SecretReference, String)])
  func aMissingSecretIsToldBeforeAnyServerIsAsked(
    reference: SecretReference, reason: String
  ) async throws {
    let server = LoopbackServer { _, _ in .body("rows") }
    try directory.write("rows", to: "fallback")
    let environment = ["EMPTY": "", "LINES": "\(Self.secret)\r\nX-Other: 1"]
    let error = await #expect(throws: AcquisitionError.self) {
      try await fetch(
        ["\(server.url)/a", "fallback"], .bearer(token: reference), environment: environment)
    }
    guard case .secretMissing = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(error?.description.contains(reason) == true, "\(String(describing: error))")
    #expect(error?.description.contains(Self.secret) == false)
    #expect(server.requests == [])
  }

  @Test func aDatasetInTheCacheNeedsNoSecret() async throws {
    let server = LoopbackServer { _, _ in .body("rows") }
    var source = DatasetSource(sources: [.init(url: "\(server.url)/a")])
    source.sha256 = SHA256Digest(of: "rows").hex
    source.cacheDirectory = "cache"
    source.credentials = Credentials(
      .bearer(token: .environment("TOKEN")), server: "\(server.url)/a")
    for environment in [["TOKEN": "x"], [:]] {
      _ = try await Fetcher(environment: environment).fetch(source, relativeTo: directory.path)
    }
    #expect(server.requests.count == 1)
  }

  @Test func mirrorsOnOtherServersHearNothing() async throws {
    let first = LoopbackServer { _, _ in .status(404) }
    let mirror = LoopbackServer { _, _ in .body("rows") }
    _ = try await fetch(
      ["\(first.url)/a", "\(mirror.url)/a"], .bearer(token: .environment("TOKEN")))
    #expect(headers(of: first) == ["Bearer \(Self.secret)"])
    #expect(headers(of: mirror) == [nil])
  }

  @Test func aRedirectToAnotherServerDropsThemForGood() async throws {
    let back = LoopbackServer { request, _ in
      request.path == "/back" ? .body("rows") : .status(302, ["Location": "/within"])
    }
    let other = LoopbackServer { _, _ in .status(302, ["Location": "\(back.url)/back"]) }
    let first = LoopbackServer { request, _ in
      .status(302, ["Location": request.path == "/a" ? "/within" : "\(other.url)/b"])
    }
    _ = try await fetch(["\(first.url)/a"], .bearer(token: .environment("TOKEN")))
    #expect(headers(of: first) == ["Bearer \(Self.secret)", "Bearer \(Self.secret)"])
    #expect(headers(of: other) == [nil])
    #expect(headers(of: back) == [nil])
  }

  @Test func theWayBackDoesNotBringThemBack() async throws {
    let home = AnswerBox()
    let first = LoopbackServer { request, number in home.answer(request, number) }
    let other = LoopbackServer { _, _ in .status(302, ["Location": "\(first.url)/back"]) }
    home.set { request, _ in
      request.path == "/back" ? .body("rows") : .status(302, ["Location": "\(other.url)/b"])
    }
    _ = try await fetch(["\(first.url)/a"], .bearer(token: .environment("TOKEN")))
    #expect(headers(of: first) == ["Bearer \(Self.secret)", nil])
  }

  @Test(
    arguments: [
      ("https://example.org/a", nil), ("http://127.0.0.1:8080/a", nil), ("http://[::1]/a", nil),
      ("http://localhost/a", nil), ("http://example.org/a", "plain http"),
      ("http://10.0.0.1/a", "plain http"), ("http://localhost.example.org/a", "plain http"),
      ("http://127.0.0.1.example.org/a", "plain http"), ("data/a.zip", "http and https URLs only"),
    ] as [(String, String?)])
  func plainHTTPIsForThisMachineOnly(url: String, fault: String?) {
    let found = Credentials.fault(ofServer: url)
    #expect((found == nil) == (fault == nil))
    if let fault { #expect(found?.contains(fault) == true) }
  }

  @Test func nothingIsSentThroughAProxyInTheClear() async throws {
    let server = LoopbackServer { _, _ in .body("rows") }
    let error = await #expect(throws: AcquisitionError.self) {
      try await fetch(
        ["\(server.url)/a"], .bearer(token: .environment("TOKEN")),
        environment: ["TOKEN": Self.secret, "http_proxy": "http://proxy.example.org:3128"])
    }
    guard case .refused = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(server.requests == [])
  }

  @Test(
    arguments: [
      ("https://example.org/a", "https://EXAMPLE.org:443/b", true),
      ("https://example.org/a", "http://example.org/a", false),
      ("https://example.org/a", "https://example.org:8443/a", false),
      ("https://example.org/a", "https://files.example.org/a", false),
      ("http://example.org/a", "http://example.org:80/a", true),
    ])
  func aServerIsItsSchemeHostAndPort(first: String, second: String, areEqual: Bool) throws {
    let (first, second) = (try #require(URL(string: first)), try #require(URL(string: second)))
    #expect((ServerOrigin(first) == ServerOrigin(second)) == areEqual)
  }

  @Test func secretsHaveNoText() throws {
    let authorization = Authorization("Bearer \(Self.secret)", origin: nil, isProxied: false)
    var dumped = ""
    dump(authorization, to: &dumped)
    for text in ["\(authorization)", String(reflecting: authorization), dumped] {
      #expect(!text.contains(Self.secret))
    }
  }

  @Test func neitherErrorsNorTheCacheHoldThem() async throws {
    let server = LoopbackServer { request, _ in
      request.path == "/a" ? .body("rows", ["ETag": "\"v1\""]) : .status(401)
    }
    let scheme = Credentials.Scheme.basic(username: "u", password: .environment("TOKEN"))
    _ = try await fetch(["\(server.url)/a"], scheme)
    let error = await #expect(throws: AcquisitionError.self) {
      try await fetch(["\(server.url)/b"], scheme)
    }
    #expect(error?.description.contains("it does not accept the credentials") == true)
    let forms = [Self.secret, Data("u:\(Self.secret)".utf8).base64EncodedString()]
    for form in forms { #expect(error?.description.contains(form) == false) }
    for name in try FileSystem.listTree(directory.path) {
      let text = String(decoding: try FileSystem.readBytes(directory.path(name)), as: UTF8.self)
      for form in forms { #expect(!text.contains(form), "\(name)") }
    }
  }
}
