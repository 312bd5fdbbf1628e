import Storage
import TestSupport
import Testing

@Suite struct ManifestTests {
  private let directory: TemporaryDirectory

  init() throws {
    directory = try TemporaryDirectory()
    try directory.write("user_id,rank\n1,1\n", to: "recommendations.csv")
    try directory.write("{}", to: "model/config.json")
    try directory.write("[]", to: "model/manifest.json")
    for name in Manifest.unlistedNames { try directory.write("", to: name) }
  }

  @Test func everyFileIsListedExceptThoseThatAreWrittenAfter() throws {
    let manifest = try Manifest(
      ofDirectory: directory.path,
      rows: ["recommendations.csv": Manifest.Rows(count: 1, schemaVersion: 2)])
    #expect(
      manifest.entries == [
        .init(path: "model/config.json", bytes: 2, sha256: SHA256Digest(of: "{}")),
        .init(path: "model/manifest.json", bytes: 2, sha256: SHA256Digest(of: "[]")),
        .init(
          path: "recommendations.csv", bytes: 17,
          sha256: SHA256Digest(of: "user_id,rank\n1,1\n"), rows: 1, schemaVersion: 2),
      ])
    #expect(try manifest.differences(inDirectory: directory.path) == [])
  }

  @Test func everyKindOfDifferenceIsNamed() throws {
    let manifest = try Manifest(ofDirectory: directory.path)
    try directory.write("{ }", to: "model/config.json")
    try directory.write("{}", to: "model/manifest.json")
    try FileSystem.removeFile(directory.path("recommendations.csv"))
    try directory.write("", to: "extra")
    #expect(
      try manifest.differences(inDirectory: directory.path) == [
        .unlisted(path: "extra"),
        .size(path: "model/config.json", expected: 2, actual: 3),
        .digest(
          path: "model/manifest.json", expected: SHA256Digest(of: "[]"),
          actual: SHA256Digest(of: "{}")),
        .missing(path: "recommendations.csv"),
      ])
  }

  @Test func onlyListedFilesAreOpened() throws {
    let manifest = try Manifest(ofDirectory: directory.path)
    // A regular file of which no byte can be read.
    try FileSystem.makeSymbolicLink(directory.path("extra"), to: "/proc/self/mem")
    #expect(throws: StorageError.self) { try FileSystem.readBytes(directory.path("extra")) }
    #expect(
      try manifest.differences(inDirectory: directory.path) == [.unlisted(path: "extra")])
    var counts: [Int] = []
    _ = try manifest.differences(inDirectory: directory.path) { count, entry in
      counts.append(count)
      return (0..<count).map(entry)
    }
    #expect(counts == [3])
  }

  @Test func aListedFileThatCannotBeReadIsAnError() throws {
    let manifest = try Manifest(ofDirectory: directory.path)
    try FileSystem.removeFile(directory.path("recommendations.csv"))
    try FileSystem.makeSymbolicLink(directory.path("recommendations.csv"), to: "/proc/self/mem")
    #expect(throws: StorageError.self) {
      try manifest.differences(inDirectory: directory.path)
    }
  }

  @Test func sumsAreSortedLines() {
    let manifest = Manifest(entries: [
      .init(path: "b", bytes: 0, sha256: SHA256Digest(of: "")),
      .init(path: "B", bytes: 0, sha256: SHA256Digest(of: "")),
    ])
    let empty = SHA256Digest(of: "").hex
    let own = Manifest.Entry(path: "a", bytes: 3, sha256: SHA256Digest(of: "abc"))
    #expect(
      manifest.sumsText(additional: [own])
        == "\(empty)  B\n\(SHA256Digest(of: "abc").hex)  a\n\(empty)  b\n")
  }
}
