import Acquisition
import Storage
import Testing

@testable import Job

@Suite struct AuthOptionsTests {
  private static let token = #""auth": {"type": "bearer", "token": {"env": "TOKEN"}}"#

  private func faults(_ members: String, sources: String = #"["https://a.example/x"]"#) -> [String]
  {
    JobDocuments.faults(#"{"name": "a", "dataset": {"sources": \#(sources), \#(members)}}"#)
  }

  private func source(_ members: String, sources: String) throws -> DatasetSource {
    let text = #"{"name": "a", "dataset": {"sources": \#(sources), \#(members)}}"#
    let file = try JobFile(bytes: Array(text.utf8), path: "job.json", baseDirectory: "/jobs")
    return try Plan(file).dataset.source(of: file)
  }

  @Test(
    arguments: [
      (token, .bearer(token: .environment("TOKEN"))),
      (
        #""auth": {"type": "bearer", "token": {"credential": "t"}}"#,
        .bearer(token: .credential("t"))
      ),
      (
        #""auth": {"type": "basic", "username": "u", "password": {"file": "p"}}"#,
        .basic(username: "u", password: .file("p"))
      ),
    ] as [(String, Credentials.Scheme)])
  func secretsAreNamedByTheirPlace(members: String, scheme: Credentials.Scheme) throws {
    let source = try source(members, sources: #"["a.zip", "https://a.example/x", "https://b/x"]"#)
    #expect(source.credentials == Credentials(scheme, server: "https://a.example/x"))
  }

  @Test(
    arguments: [
      (#""auth": {"type": "bearer"}"#, "the type \"bearer\" needs the key \"token\""),
      (#""auth": {"type": "basic", "username": "u"}"#, "needs the key \"password\""),
      (#""auth": {"type": "bearer", "token": "abc"}"#, "expected an object with one of env, file"),
      (#""auth": {"type": "bearer", "token": {}}"#, "exactly one of the keys env, file"),
      (
        #""auth": {"type": "bearer", "token": {"env": "A", "file": "b"}}"#,
        "exactly one of the keys"
      ),
      (#""auth": {"type": "bearer", "token": {"env": "A-B"}}"#, "is not the name of a variable"),
      (
        #""auth": {"type": "bearer", "token": {"credential": "../b"}}"#,
        "is not the name of a credential"
      ),
      (
        #""auth": {"type": "bearer", "token": {"env": "A"}, "username": "u"}"#,
        "only for the type `basic`"
      ),
      (
        #""auth": {"type": "basic", "username": "u:v", "password": {"env": "A"}}"#,
        "a user name cannot have a colon"
      ),
      (#""limits": {"attempts": 0}"#, "out of range; it must be from 1 to 100"),
      (#""limits": {"stall_seconds": 0}"#, "out of range; it must be at least 0.1"),
    ])
  func faultsAreTold(members: String, fault: String) {
    let found = faults(members)
    #expect(found.count == 1, "\(found)")
    #expect(found.first?.contains(fault) == true, "\(found)")
  }

  @Test(
    arguments: [
      (#"["a.zip", "file:///b.zip"]"#, "no http or https source"),
      (#"["http://a.example/x"]"#, "not sent over plain http"),
    ])
  func credentialsNeedAServerThatMayHearThem(sources: String, fault: String) {
    let found = faults(Self.token, sources: sources)
    #expect(found.count == 1, "\(found)")
    #expect(found.first?.contains("at /dataset/auth: ") == true, "\(found)")
    #expect(found.first?.contains(fault) == true, "\(found)")
  }

  @Test(
    arguments: [
      (#"["https://a.example/x"]"#, "https://a.example/x"), (#"["a.zip"]"#, "https://b.example/y"),
    ])
  func itemsElsewhereDoNotMakeAnotherServerHearThem(sources: String, server: String) throws {
    let items = #""items": {"sources": ["https://b.example/y"]}"#
    let source = try source("\(Self.token), \(items)", sources: sources)
    #expect(source.credentials?.server == server)
  }

  @Test func theLimitsReachTheFetch() throws {
    let source = try source(
      #""limits": {"max_bytes": 1, "connect_seconds": 2, "stall_seconds": 3, "total_seconds": 4, "attempts": 5}"#,
      sources: #"["a"]"#)
    var limits = FetchLimits()
    limits.maxBytes = 1
    limits.connectSeconds = 2
    limits.stallSeconds = 3
    limits.totalSeconds = 4
    limits.attempts = 5
    #expect(source.limits == limits)
    #expect(try self.source(#""pin": "none""#, sources: #"["a"]"#).limits == FetchLimits())
  }

  @Test func aPlanReadsBackAndKeepsThePlacesOnly() throws {
    let text =
      #"{"name": "a", "dataset": {"sources": ["https://a/x"], "auth": {"type": "basic", "username": "u", "password": {"file": "p"}}}}"#
    let plan = try JobDocuments.plan(text)
    #expect(try JobDocuments.plan(plan.text) == plan)
    #expect(
      plan.json()["dataset"]?["auth"]
        == ["type": "basic", "username": "u", "password": ["file": "p"]])
  }
}
