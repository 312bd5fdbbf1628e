import Publishing
import Storage
import Testing

@Suite struct BundleVersionTests {
  private let names = [
    "users.csv", "config.json", "items.csv", "seen.safetensors", "model.safetensors",
  ]

  private func manifest(_ names: [String], others: [String] = []) -> Manifest {
    Manifest(
      entries: (names + others).map {
        Manifest.Entry(path: $0, bytes: 1, sha256: SHA256Digest(of: "content of \($0)"))
      })
  }

  @Test func itIsTheDigestOverPathsAndDigests() throws {
    var text = ""
    for name in names.sorted() { text += "\(name)\0\(SHA256Digest(of: "content of \(name)"))\n" }
    let version = try #require(BundleVersion(manifest: manifest(names)))
    #expect(version.digest == SHA256Digest(of: text))
    #expect(version.short == String(SHA256Digest(of: text).hex.prefix(12)))
  }

  @Test func metricsPlanAndCardDoNotCount() {
    let others = ["metrics.json", "plan.json", "README.md"]
    #expect(
      BundleVersion(manifest: manifest(names))
        == BundleVersion(manifest: manifest(names, others: others)))
  }

  @Test func aMissingFileGivesNoVersion() {
    for name in names {
      #expect(BundleVersion(manifest: manifest(names.filter { $0 != name })) == nil)
    }
  }
}
