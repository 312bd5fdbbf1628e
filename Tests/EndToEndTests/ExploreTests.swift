import Storage
import TestSupport
import Testing

/// What `recjob explore` shows, as a newcomer would see it.
@Suite struct ExploreTests {
  /// A shop's table with columns and ids of its own.
  private static func shop() throws -> JobFixture {
    let fixture = try JobFixture(
      job: """
        {
          "name": "shop",
          "dataset": {
            "sources": ["sales.csv"], "format": "delimited", "delimiter": ";",
            "columns": { "user": "customer", "item": "article", "rating": "stars" }
          },
          "training": { "max_epochs": 3 },
          "gates": { "beat_baseline": "off" },
          "output": { "directory": "out" }
        }
        """)
    let rows = fixture.data.rows().map { row in
      "C\(100 + row.user);article-\(row.item)-of-the-summer-catalogue;\(row.value)"
    }
    try fixture.directory.write(
      "customer;article;stars\n" + rows.joined(separator: "\n") + "\n", to: "sales.csv")
    return fixture
  }

  @Test func theTextIsAsItWas() throws {
    let fixture = try JobFixture()
    let outcome = try fixture.recjob("explore", "job.json")
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.errors.isEmpty)
    try Snapshot.expect(outcome.output, toBe: "explore.txt")
    #expect(!FileSystem.exists(fixture.path("out")))
  }

  @Test func aTableWithItsOwnColumnsIsShownToo() throws {
    let fixture = try Self.shop()
    let outcome = try fixture.recjob("explore", "job.json")
    #expect(outcome.status == 0, "\(outcome.errors)")
    try Snapshot.expect(outcome.output, toBe: "explore.delimited.txt")
    _ = try fixture.run()
    let answer = try fixture.recjob("recommend", "out", "--user", "C117", "-k", "3")
    try Snapshot.expect(answer.output, toBe: "recommend.delimited.txt")
    let unknown = try fixture.recjob("recommend", "out", "--user", "c117")
    #expect(unknown.status == 65)
    #expect(unknown.errors.contains(#"did you mean "C117"?"#))
  }

  @Test func theObjectHasWhatTheRunCounts() throws {
    let fixture = try JobFixture()
    _ = try fixture.run()
    let outcome = try fixture.recjob("explore", "job.json", "--json")
    let json = try JSONParser.parseValue(Array(outcome.output.utf8), path: "explored")
    #expect(try json["data"] == fixture.latest.json("metrics.json")["data"])
    #expect(try json["dataset"]?["sha256"]?.stringValue == fixture.datasetDigest)
    let ratings = fixture.data.rows().count
    let bins = try #require(json["distribution"]?["bins"]?.arrayValue)
    #expect(bins.compactMap { $0["ratings"]?.intValue }.reduce(0, +) == ratings)
    let cells = try #require(json["cross_table"]?["ratings"]?.arrayValue)
    #expect(cells.count == 15 && cells.allSatisfy { $0.arrayValue?.count == 15 })
  }

  @Test func thePageStandsAlone() throws {
    let fixture = try JobFixture()
    let outcome = try fixture.recjob("explore", "job.json", "--html", "data.html")
    #expect(outcome.status == 0, "\(outcome.errors)")
    let page = try FileSystem.readText(fixture.path("data.html"))
    #expect(page.hasPrefix("<!DOCTYPE html>") && page.hasSuffix("</html>\n"))
    #expect(page.contains("Item &quot;2&quot;") && !page.contains("Item \"2\""))
    for outside in ["src=", "@import", "url(", "<script", "href=\"http"] {
      #expect(!page.contains(outside), "\(outside)")
    }
  }

  @Test func failuresEndAsThoseOfARun() throws {
    let fixture = try JobFixture()
    for (override, status) in [
      ("dataset.sources=[\"gone.zip\"]", 66), ("dataset.sources=[\"job.json\"]", 65),
      ("dataset.sauces=1", 78), ("dataset.filters.min_user_ratings=1000", 65),
    ] {
      let outcome = try fixture.recjob("explore", "job.json", "--set", override)
      #expect(outcome.status == Int32(status), "\(override): \(outcome.errors)")
      #expect(outcome.output.isEmpty && outcome.errors.hasPrefix("recjob: "))
    }
    let nowhere = try fixture.recjob("explore", "job.json", "--html", "no/such/place.html")
    #expect(nowhere.status != 0 && nowhere.output.isEmpty)
  }

  /// The tutorial tells of two cells: user 68 gave movie 1 a 2.5, and user 288 did not rate movie 50.
  @Test func theCrossTableOfTheShippedDataIsTheTutorials() throws {
    let outcome = try BuiltProgram.run(
      ["explore", Project.jobs + "/movielens-small.json", "--json"], in: "/")
    let json = try JSONParser.parseValue(Array(outcome.output.utf8), path: "explored")
    let table = try #require(json["cross_table"])
    func place(_ axis: String, _ key: String, _ id: String) throws -> Int {
      try #require(table[axis]?.arrayValue?.firstIndex { $0[key]?.stringValue == id })
    }
    func cell(_ user: String, _ item: String) throws -> JSONValue {
      let row = try #require(
        table["ratings"]?.arrayValue?[place("users", "user_id", user)].arrayValue)
      return try row[place("items", "item_id", item)]
    }
    #expect(try cell("68", "1") == 2.5)
    #expect(try cell("288", "50") == .null)
  }
}
