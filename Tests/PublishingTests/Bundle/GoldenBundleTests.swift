import Foundation
import Publishing
import Ratings
import Storage
import TestSupport
import Testing

/// The bundles of earlier programs, which every later one must read.
@Suite struct GoldenBundleTests {
  private func golden(_ name: String) throws -> String {
    let resources = try #require(Bundle.module.resourceURL)
    return resources.appending(path: "Golden").appending(path: name).path(percentEncoded: false)
  }

  @Test func makeGolden() throws {
    try TinyBundle.bundle().write(to: "Tests/PublishingTests/Golden/bundle-1")
  }
}
