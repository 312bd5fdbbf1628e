import Acquisition
import Storage
import Testing

@testable import Job

@Suite struct MonitoringOptionsTests {
  private static func options(_ members: String) throws -> MonitoringOptions {
    try JobDocuments.plan(adding: "\"monitoring\": {\(members)}").monitoring
  }

  @Test func nobodyIsToldUnlessTheJobSaysSo() throws {
    let options = try Self.options("")
    #expect(options == MonitoringOptions())
    #expect(options.metricsFile == nil && options.ping == nil)
    #expect(options.openLineage?.namespace == "recjob")
  }

  @Test func addressesAreURLsOrPlacesOfSecrets() throws {
    let text = try Self.options(#""ping": {"url": "https://p.example/a"}"#)
    #expect(text.ping?.url == .url("https://p.example/a"))
    let options = try Self.options(
      #""ping": {"start": {"env": "A"}, "success": {"file": "b"}, "failure": {"credential": "c"}}"#)
    let ping = try #require(options.ping)
    let expected: [SecretReference] = [.environment("A"), .file("b"), .credential("c")]
    for (address, reference) in zip([ping.start, ping.success, ping.failure], expected) {
      guard case .secret(let place)? = address else {
        Issue.record("no secret")
        continue
      }
      #expect(place.reference == reference)
    }
  }

  @Test func lineageIsSwitchedOffAndNamed() throws {
    #expect(try Self.options(#""open_lineage": false"#).openLineage == nil)
    #expect(try Self.options(#""open_lineage": true"#).openLineage == LineageOptions())
    let named = try Self.options(#""open_lineage": {"namespace": "shop"}"#)
    #expect(named.openLineage?.namespace == "shop")
  }

  @Test(arguments: [
    "", #""open_lineage": false"#, #""open_lineage": {"namespace": "x"}"#,
    #""metrics_file": "a.prom", "ping": {"url": {"env": "PING"}}"#,
    #""ping": {"success": "http://p.example/s?x=1", "failure": null}"#,
  ])
  func thePlanSaysTheSameAgain(members: String) throws {
    let plan = try JobDocuments.plan(adding: "\"monitoring\": {\(members)}")
    #expect(try JobDocuments.plan(plan.text) == plan)
  }

  @Test func theResultsDoNotDependOnIt() throws {
    let digest = SHA256Digest(of: "")
    let with = try JobDocuments.plan(adding: #""monitoring": {"metrics_file": "a.prom"}"#)
    let without = try JobDocuments.plan(adding: #""monitoring": {}"#)
    #expect(
      with.resultPlanHash(datasetDigest: digest) == without.resultPlanHash(datasetDigest: digest))
    #expect(with.planHash != without.planHash)
  }

  @Test(arguments: [
    (#""ping": {}"#, "at /monitoring/ping: it needs the key \"url\""),
    (
      #""ping": {"url": "https://a.example", "start": "https://a.example"}"#,
      "\"url\" and \"start\" exclude each other"
    ),
    (#""ping": {"url": "a.example/x"}"#, "it must be an http or https URL"),
    (#""ping": {"url": "ftp://a.example/x"}"#, "it must be an http or https URL"),
    (#""ping": {"start": "https://u:p@a.example/x"}"#, "must not hold a user name or password"),
    (#""ping": {"url": 7}"#, "expected a text or object"),
    (#""ping": {"url": {}}"#, "exactly one of the keys env, file"),
    (#""open_lineage": "yes""#, "expected a truth value or object"),
    (#""metric_file": "a""#, "did you mean \"metrics_file\"?"),
  ])
  func whatIsWrongIsSaid(members: String, fault: String) {
    let faults = JobDocuments.faults(adding: "\"monitoring\": {\(members)}")
    #expect(faults.count == 1 && faults[0].contains(fault), "\(faults)")
  }
}
