import Storage
import Testing

@Suite struct ManifestJSONTests {
  private let manifest = Manifest(entries: [
    Manifest.Entry(
      path: "recommendations.csv", bytes: 12, sha256: SHA256Digest(of: "a"), rows: 2,
      schemaVersion: 3),
    Manifest.Entry(path: "model/config.json", bytes: 3, sha256: SHA256Digest(of: "b")),
  ])

  private func read(_ text: String) throws -> Manifest {
    try Manifest(json: try JSONParser.parse(Array(text.utf8), path: "m.json"), path: "m.json")
  }

  @Test func aManifestReadsBackAsItself() throws {
    #expect(try read(manifest.json().prettyText()) == manifest)
  }

  @Test func everyFileIsListedWithItsFactsAndNothingElse() {
    let expected = """
      {"schema_version":1,"files":[{"path":"model/config.json","bytes":3,"sha256":"\
      3e23e8160039594a33894f6564e1b1348bbd7a0088d42c4acb73eeaed59c009d"},\
      {"path":"recommendations.csv","bytes":12,"sha256":"\
      ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb","rows":2,"schema_version":3}]}
      """
    #expect(manifest.json().text() == expected)
  }

  @Test(arguments: [
    ("[]", 1, 1, "the key \"schema_version\" is missing"),
    (
      "{\"schema_version\": 2}", 1, 1,
      "the manifest has schema version 2, this program reads 1"
    ),
    ("{\"schema_version\": 1, \"files\": {}}", 1, 1, "\"files\" must be an array"),
    (
      "{\"schema_version\": 1, \"files\": [\n{\"path\": \"../a\"}]}", 2, 1,
      "the path \"../a\" leaves the directory"
    ),
    (
      "{\"schema_version\": 1, \"files\": [{\"path\": \"a\", \"sha256\": \"zz\"}]}", 1, 33,
      "\"sha256\" must be 64 hexadecimal digits"
    ),
  ])
  func whatIsNoManifestIsRefused(text: String, line: Int, column: Int, reason: String) {
    let error = StorageError.malformedJSON(
      path: "m.json", line: line, column: column, reason: reason)
    #expect(throws: error) { try read(text) }
  }

  @Test func aPathListedTwiceIsRefused() throws {
    let file = try #require(manifest.json()["files"]?.arrayValue?.first)
    let twice: JSONValue = ["schema_version": 1, "files": [file, file]]
    #expect(throws: StorageError.self) { try read(twice.text()) }
  }
}
