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
}
