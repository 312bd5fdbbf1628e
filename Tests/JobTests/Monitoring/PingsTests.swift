import Testing

@testable import Job

@Suite struct PingsTests {
  private static let base = "https://hc.example.org/0b1f"

  private static func url(_ event: Pings.Event, _ options: PingOptions) throws -> String? {
    try options.url(of: event, environment: ["FAILED": "https://own.example.org/f"], base: ".")
  }

  @Test func oneURLFollowsTheConventionOfHealthchecks() throws {
    var options = PingOptions()
    options.url = .url(Self.base)
    #expect(try Self.url(.start, options) == "\(Self.base)/start")
    #expect(try Self.url(.success, options) == Self.base)
    #expect(try Self.url(.failure(exitStatus: 65, isSignal: false), options) == "\(Self.base)/65")
    #expect(try Self.url(.failure(exitStatus: 143, isSignal: true), options) == "\(Self.base)/fail")
  }

  @Test func aQueryStaysBehindThePath() {
    let urls = ["https://a.example/p?x=1", "https://a.example/", "https://a.example/p#x"]
    #expect(
      urls.map { PingOptions.extended($0, by: "fail") } == [
        "https://a.example/p/fail?x=1", "https://a.example/fail", "https://a.example/p/fail#x",
      ])
  }

  @Test func threeURLsAreTakenAsTheyAre() throws {
    var (options, place) = (PingOptions(), SecretOptions())
    place.env = "FAILED"
    options.failure = .secret(place)
    #expect(try Self.url(.start, options) == nil)
    #expect(try Self.url(.success, options) == nil)
    #expect(
      try Self.url(.failure(exitStatus: 65, isSignal: false), options)
        == "https://own.example.org/f")
  }
}
