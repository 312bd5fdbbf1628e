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
    let outputs = LineageEvents.outputs(of: manifest, run: "R", output: "/srv/out")
    #expect(
      outputs.map { $0["name"]?.stringValue } == [
        "/srv/out/latest/model", "/srv/out/latest/recommendations.csv",
      ])
    let statistics = outputs.map { $0["outputFacets"]?["outputStatistics"] }
    #expect(statistics.map { $0?["size"]?.intValue } == [7, 9])
    #expect(statistics.map { $0?["rowCount"]?.intValue } == [nil, 3])
    #expect(outputs.allSatisfy { $0["facets"]?["version"]?["datasetVersion"] == "R" })
  }

  @Test func localPathsBecomeURIs() {
    #expect(FileURI.text("/srv/a b/ä?#.zip") == "file:///srv/a%20b/%C3%A4%3F%23.zip")
  }
}
