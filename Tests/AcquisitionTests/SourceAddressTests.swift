import Foundation
import Testing

@testable import Acquisition

@Suite struct SourceAddressTests {
  @Test(
    arguments: [
      ("data/a.zip", "jobs/data/a.zip"), ("/a.zip", "/a.zip"), ("a:b.csv", "jobs/a:b.csv"),
      ("file:///a%20b.zip", "/a b.zip"),
    ])
  func pathsStayPaths(text: String, path: String) throws {
    #expect(try SourceAddress(text, relativeTo: "jobs") == .local(path: path))
  }

  @Test(
    arguments: [
      ("/b", "https://example.org/b"), ("c.zip", "https://example.org/d/c.zip"),
      ("https://files.example.org/b", "https://files.example.org/b"),
    ])
  func redirectsGoOnWithinTheRules(location: String, target: String) throws {
    let url = try #require(URL(string: "https://example.org/d/a"))
    #expect(
      try SourceAddress.redirected(to: location, from: url, mayBePrivate: true).absoluteString
        == target)
  }

  @Test(
    arguments: [
      "http://example.org/a", "file:///a", "https://127.0.0.1/a", "https://localhost/a",
      "https://[::1]/a", "https://10.1.2.3/a", "https://169.254.169.254/latest/meta-data",
    ])
  func redirectsToLessTrustAreRefused(location: String) throws {
    let url = try #require(URL(string: "https://example.org/a"))
    #expect(throws: AcquisitionError.self) {
      try SourceAddress.redirected(to: location, from: url, mayBePrivate: false)
    }
  }

  @Test(
    arguments: [
      ("https://example.org:8443/a/b.zip", "https://example.org:8443/a/b.zip"),
      ("https://example.org/a?signature=canary", "https://example.org/a?…"),
      ("https://user:canary@example.org/a", "https://…@example.org/a"),
      ("https://user:can/ary@example.org/a?b#c", "https://…@example.org/a?…"),
      ("https://user:cana?ry@example.org/a", "https://…"), ("ftp:canary", "ftp:canary"),
    ])
  func messagesShowAddressesWithoutSecrets(text: String, shown: String) {
    #expect(SourceAddress.shown(text) == shown)
  }
}
