import Acquisition
import TestSupport
import Testing

/// Notices to a server on this machine, which takes them or does not.
@Suite(.timeLimit(.minutes(5))) struct HTTPNoticeTests {
  /// What a notice failed with, and how long it took.
  private func failure(
    _ url: String, body: [UInt8] = [], within seconds: Double = 30
  ) throws -> (reason: String?, time: Duration) {
    let notice = try #require(HTTPNotice(url, body: body))
    let start = ContinuousClock.now
    do throws(HTTPNotice.Failure) {
      try notice.post(within: seconds)
      return (nil, ContinuousClock.now - start)
    } catch {
      return (error.description, ContinuousClock.now - start)
    }
  }

  @Test func theBodyIsPosted() throws {
    let server = LoopbackServer { _, _ in .body("OK") }
    let body = Array("the end of a log\n".utf8)
    #expect(try failure("\(server.url)/abc/fail", body: body).reason == nil)
    #expect(server.requests.map(\.method) == ["POST"])
    #expect(server.requests.map(\.path) == ["/abc/fail"])
    #expect(server.requests.map(\.body) == [body])
  }

  @Test(arguments: [404, 401, 500, 302])
  func whatIsNotTakenIsAFailureAndNotTriedAgain(status: Int) throws {
    let server = LoopbackServer { _, _ in
      .status(status, ["Location": "/elsewhere", "WWW-Authenticate": "Basic"])
    }
    #expect(try failure(server.url).reason == "the server answered \(status)")
    #expect(server.requests.count == 1)
  }

  @Test func aServerThatIsSilentIsLeftInTime() throws {
    let server = LoopbackServer { _, _ in .silence }
    let (reason, time) = try failure(server.url, within: 0.3)
    #expect(reason?.contains("no answer") == true)
    #expect(time < .seconds(20))
  }

  @Test func aPortWithoutServerCannotBeReached() throws {
    // The discard port, where nobody listens any more.
    let (reason, _) = try failure("http://127.0.0.1:9/secret-in-the-path")
    #expect(reason == "the server cannot be reached")
  }

  @Test(arguments: ["", "ftp://a.example/x", "a.example", "file:///etc/passwd", "http://"])
  func onlyServersAreTold(url: String) {
    #expect(HTTPNotice(url, body: []) == nil)
  }
}
