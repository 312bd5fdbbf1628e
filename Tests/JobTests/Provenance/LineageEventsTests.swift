import Foundation
import Storage
import Testing

@testable import Job

@Suite struct LineageEventsTests {
  @Test func runsAreUUIDsThatTheirNamesDecide() {
    let ids = ["a", "b", "a"].map { LineageEvents.uuid(of: $0) }
    #expect(ids[0] == ids[2] && ids[0] != ids[1])
    for number in 0..<200 {
      let id = LineageEvents.uuid(of: "\(number)")
      #expect(
        id.wholeMatch(of: /[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/)
          != nil && UUID(uuidString: id) != nil)
    }
  }

  @Test func outputsHaveTheSameNamesEveryNight() {
    let digest = SHA256Digest(of: "")
    let manifest = Manifest(entries: [
      .init(path: "metrics.json", bytes: 1, sha256: digest),
      .init(path: "model-films-0123456789ab.tar.gz", bytes: 7, sha256: digest),
      .init(path: "recommendations.csv", bytes: 9, sha256: digest, rows: 3),
    ])
    let outputs = LineageEvents.outputs(of: manifest, run: "R", output: "/srv/out", hasTitles: true)
    #expect(
      outputs.map { $0["name"]?.stringValue } == [
        "/srv/out/latest/model", "/srv/out/latest/recommendations.csv",
      ])
    let statistics = outputs.map { $0["outputFacets"]?["outputStatistics"] }
    #expect(statistics.map { $0?["size"]?.intValue } == [7, 9])
    #expect(statistics.map { $0?["rowCount"]?.intValue } == [nil, 3])
    #expect(outputs.allSatisfy { $0["facets"]?["version"]?["datasetVersion"] == "R" })
  }

  @Test(arguments: [true, false])
  func partsAreOutputsWithTheirColumns(hasTitles: Bool) {
    let names = [
      "recommendations-00001.csv.gz", "recommendations-00002.csv.gz", "recommendations.jsonl",
      "recommendations.notes.txt",
    ]
    let manifest = Manifest(
      entries: names.map { .init(path: $0, bytes: 1, sha256: SHA256Digest(of: "")) })
    let outputs = LineageEvents.outputs(
      of: manifest, run: "R", output: "/srv", hasTitles: hasTitles)
    #expect(outputs.map { $0["name"]?.stringValue } == names.prefix(3).map { "/srv/latest/\($0)" })
    let fields = outputs.map { $0["facets"]?["schema"]?["fields"]?.arrayValue?.count }
    #expect(fields == (hasTitles ? [5, 5, nil] : [4, 4, nil]))
  }

  @Test func localPathsBecomeURIs() {
    #expect(FileURI.text("/srv/a b/ä?#.zip") == "file:///srv/a%20b/%C3%A4%3F%23.zip")
  }
}
