import Storage
import TestSupport
import Testing

/// What `changes.json` says of the data of one night and the next.
@Suite struct ChangesTests {
  @Test func theDifferenceOfTheDataIsWrittenDown() throws {
    let fixture = try JobFixture()
    #expect(try fixture.run().status == 0)
    let first = try fixture.latest
    let none = try first.json("changes.json")
    #expect(none["previous_run"] == .null)
    #expect(none["data"] == .null)
    #expect(none["lists"] == .null)
    #expect(none["same_model_and_split"] == .null)

    // The next night's data: one user less, one more item, whose only user is new.
    let gone = PlantedDataset.userLabel(fixture.data.rows()[0].user)
    let rows = fixture.data.ratingsCSV().split(separator: "\n").filter {
      !$0.hasPrefix(gone + ",")
    }
    let ratings = rows.joined(separator: "\n") + "\nnew user,new item,4.5,2000000000\n"
    try fixture.directory.write(
      ArchiveFixture.zip(["planted/ratings.csv": ratings]).bytes, to: "data.zip")
    let outcome = try fixture.run()
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.errors.contains("data.gone_users=1"))
    let changes = try fixture.latest.json("changes.json")
    #expect(changes["previous_run"]?.stringValue == first.name)
    let data = changes["data"]
    let before = fixture.data.rows().count
    #expect(data?["ratings"]?["before"]?.intValue == before)
    #expect(data?["ratings"]?["now"]?.intValue == rows.count)
    #expect(data?["ratings"]?["change"]?.intValue == rows.count - before)
    #expect(data?["users"]?["change"]?.intValue == 0)
    #expect(data?["items"]?["change"]?.intValue == 1)
    for (key, count) in [("new_users", 1), ("gone_users", 1), ("new_items", 1), ("gone_items", 0)] {
      #expect(data?[key]?.intValue == count, "\(key)")
    }
    #expect(data?["newest_timestamp"]?["now"]?.intValue == 2_000_000_000)
    let means = data?["mean_rating"]
    let difference =
      (means?["now"]?.doubleValue ?? .nan) - (means?["before"]?.doubleValue ?? .nan)
    #expect(means?["change"]?.doubleValue == difference)
    #expect(changes["test_rmse"]?["change"]?.doubleValue != nil)
  }

  /// Two spellings of one letter are two users, here as everywhere.
  @Test func idsAreComparedByteForByte() throws {
    let fixture = try JobFixture()
    let rows = fixture.data.ratingsCSV()
    for name in ["e\u{301}", "\u{E9}"] {
      try fixture.directory.write(
        ArchiveFixture.zip(["planted/ratings.csv": rows + "\(name),new item,4.5,2000000000\n"])
          .bytes,
        to: "data.zip")
      #expect(try fixture.run().status == 0)
    }
    let data = try fixture.latest.json("changes.json")["data"]
    #expect(data?["new_users"]?.intValue == 1)
    #expect(data?["gone_users"]?.intValue == 1)
  }

  @Test func aFileOfTheEarlierRunThatCannotBeReadOnlyWarns() throws {
    let fixture = try JobFixture()
    #expect(try fixture.run().status == 0)
    try FileSystem.removeFile(fixture.latest.file("model/users.csv"))
    let outcome = try fixture.run("--set", "training.seed=8")
    #expect(outcome.status == 0)
    #expect(outcome.errors.contains("the new users are not counted"))
    let data = try fixture.latest.json("changes.json")["data"]
    #expect(data?["new_users"] == nil)
    #expect(data?["new_items"]?.intValue == 0)
  }

  @Test func theSameListsAreTheSame() throws {
    let fixture = try JobFixture()
    #expect(try !fixture.run().output.contains("overlap@"))
    let again = try fixture.run("--set", "output.keep_runs=3", "--set", "export.compression=gzip")
    #expect(again.output.contains("overlap@5 1.0 with the run before"), "\(again.output)")
    #expect(again.errors.contains("Lists compared"))
    let changes = try fixture.latest.json("changes.json")
    #expect(changes["schema_version"] == 2)
    #expect(changes["same_model_and_split"] == true)
    let lists = changes["lists"]
    let users = try #require(lists?["users"]?["now"]?.intValue)
    #expect(users > 30)
    for key in ["before", "in_both", "unchanged"] {
      #expect(lists?["users"]?[key]?.intValue == users, "\(key)")
    }
    #expect(lists?["overlap"]?["mean"] == 1)
    #expect(lists?["rank_correlation"]?["minimum"] == 1)
    #expect(lists?["most_changed_users"] == [])
    #expect(lists?["items"]?["entered"] == 0)
    #expect(lists?["coverage"]?["change"] == 0)

    // The compressed lists are read just so, and lines as well as rows.
    let third = try fixture.run("--set", #"export.formats=["jsonl"]"#)
    #expect(third.output.contains("overlap@5 1.0 with the run before"))
    let fourth = try fixture.run()
    #expect(fourth.output.contains("overlap@5 1.0 with the run before"))
  }

  /// What changed is what the published files say, compared by nothing but sets.
  @Test func theDifferenceOfTheListsIsThatOfTheFiles() throws {
    let fixture = try JobFixture()
    #expect(try fixture.run().status == 0)
    let before = try Self.lists(fixture.latest)
    // Other lists of other lengths, by another model: they are compared on the shorter length.
    let outcome = try fixture.run(
      "--set", "training.seed=99", "--set", "recommend.k=8", "--set", "model.factors=3")
    #expect(outcome.status == 0)
    let run = try fixture.latest
    let now = try Self.lists(run)
    let changes = try run.json("changes.json")
    #expect(changes["same_model_and_split"] == false)
    let lists = try #require(changes["lists"])
    #expect(lists["k"] == 5)

    let overlaps = before.compactMap { user, items -> (user: String, overlap: Double)? in
      guard let other = now[user]?.prefix(5) else { return nil }
      let shared = Set(items.prefix(5)).intersection(other).count
      return (user, Double(shared) / Double(max(items.prefix(5).count, other.count)))
    }
    #expect(lists["users"]?["in_both"]?.intValue == overlaps.count)
    let mean = overlaps.map(\.overlap).reduce(0, +) / Double(overlaps.count)
    #expect(mean < 0.999)
    #expect(abs((lists["overlap"]?["mean"]?.doubleValue ?? .nan) - mean) < 1e-9)
    let least = overlaps.map(\.overlap).min()
    #expect(lists["overlap"]?["minimum"]?.doubleValue == least)
    let most = try #require(lists["most_changed_users"]?.arrayValue)
    #expect(most.count == 10)
    for user in most {
      let name = try #require(user["user_id"]?.stringValue)
      #expect(overlaps.first { $0.user == name }?.overlap == user["overlap"]?.doubleValue)
    }

    let old = Set(before.values.flatMap { $0.prefix(5) })
    let new = Set(now.values.flatMap { $0.prefix(5) })
    #expect(lists["items"]?["entered"]?.intValue == new.subtracting(old).count)
    #expect(lists["items"]?["left"]?.intValue == old.subtracting(new).count)
    for item in try #require(lists["entered_items"]?.arrayValue) {
      let name = try #require(item["item_id"]?.stringValue)
      #expect(new.contains(name) && !old.contains(name))
      #expect(item["title"]?.stringValue == fixture.titles[name])
      #expect(item["users"]?.intValue == now.values.count { $0.prefix(5).contains(name) })
    }
    // Two digits; a mean that lies between two of them may become either, by the order of its sum.
    let match = try #require(outcome.output.firstMatch(of: /overlap@5 ([0-9.]+) with the run/))
    let summary = try #require(Double(match.1))
    #expect(abs(summary - mean) < 0.005 + 1e-9)
  }

  @Test func listsThatCannotBeReadOnlyWarn() throws {
    let fixture = try JobFixture()
    #expect(try fixture.run().status == 0)
    try FileSystem.removeFile(fixture.latest.file("recommendations.csv"))
    let outcome = try fixture.run("--set", "gates.min_overlap=1")
    #expect(outcome.status == 0)
    #expect(outcome.errors.contains("the lists are not compared with those of"))
    #expect(!outcome.output.contains("overlap@"))
    let lists = try fixture.latest.json("changes.json")["lists"]
    #expect(lists?["not_compared"]?.stringValue?.contains("recommendations.csv") == true)
  }

  /// Each user's items, best first, from the CSV file.
  private static func lists(_ run: PublishedRun) throws -> [String: [String]] {
    try run.recommendationRows().reduce(into: [:]) { lists, row in
      lists[row[0], default: []].append(row[2])
    }
  }
}
