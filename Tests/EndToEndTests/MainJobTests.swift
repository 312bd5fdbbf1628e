import Ratings
import Storage
import TestSupport
import Testing

extension MainJob {
  /// The main job's run on the real dataset.
  @Suite struct MainJobTests {
    @Test func itEndsWellAndSaysWhereTheResultsAre() throws {
      let main = try MainJob.run()
      #expect(main.status == 0)
      let run = try PublishedRun(main.output)
      #expect(main.summary.contains("6100 recommendations for 610 users"))
      #expect(
        main.summary.hasSuffix("movielens-small: results in \(main.output)/runs/\(run.name)\n"))
      #expect(try BuiltProgram.run(["verify", main.output], in: "/").status == 0)
    }

    @Test func everyUserHasTenMoviesThatTheyDidNotRate() throws {
      let run = try PublishedRun(MainJob.run().output)
      let rows = try run.recommendationRows()
      #expect(rows.count == 6_100)
      let lines = try run.recommendationLines()
      #expect(lines.map { $0["user_id"]?.stringValue } == (1...610).map { "\($0)" })
      #expect(try rows == run.rowsOfLines())

      let rated = try MainJobRun.ratings().reduce(into: [String: Set<String>]()) {
        $0[$1.user, default: []].insert($1.item)
      }
      #expect(try run.faultsOfLists(rated: rated, titles: MainJobRun.titles()) == [])
      #expect(rows.contains { $0[4].contains(",") })
    }

    @Test func theHeldOutRowsAreThoseOfScikitLearn() throws {
      let ratings = try MainJobRun.ratings()
      #expect(ratings.count == 100_836)
      let heldOut = RandomSplit.heldOutRows(count: ratings.count, testFraction: 0.1, seed: 42)
      #expect(heldOut.count == 10_084)
      #expect(heldOut.prefix(4) == [67_037, 42_175, 93_850, 6_187])
      func digest(_ rows: [Int32]) -> String {
        let lines = rows.map { "\(ratings[Int($0)].user),\(ratings[Int($0)].item)\n" }
        return SHA256Digest(of: lines.joined()).hex
      }
      // Computed with scikit-learn's train_test_split over the same file.
      #expect(
        digest(heldOut) == "2694f0d0385b4282806992d8225e513b9970c47c881c1c6316c709f60f1befe4")
      #expect(
        digest(heldOut.sorted())
          == "d2a98344b43ba66a9e793a268678b6b758bd3911b9051153ed633f30756088d0")

      // The run trained on all other rows: every user and movie has just those counts.
      let run = try PublishedRun(MainJob.run().output)
      let split = try #require(run.json("metrics.json")["split"])
      #expect(split["held_out_rows"]?.intValue == 10_084)
      #expect(split["validation_rows"]?.intValue == 9_076)
      #expect(split["train_rows"]?.intValue == 81_676)
      var users: [String: Int] = [:]
      var items: [String: Int] = [:]
      let held = Set(heldOut)
      for (row, rating) in ratings.enumerated() where !held.contains(Int32(row)) {
        users[rating.user, default: 0] += 1
        items[rating.item, default: 0] += 1
      }
      for row in try run.table("model/users.csv") {
        #expect(try #require(row["train_count"]) == "\(users[#require(row["user_id"])] ?? 0)")
      }
      for row in try run.table("model/items.csv") {
        #expect(try #require(row["train_count"]) == "\(items[#require(row["item_id"])] ?? 0)")
      }
    }

    @Test func itBeatsTheBaseline() throws {
      let evaluation = try #require(
        PublishedRun(MainJob.run().output).json("metrics.json")["evaluation"])
      let baseline = try #require(evaluation["baseline"]?["rmse"]?.doubleValue)
      #expect(abs(baseline - 0.8808) <= 0.0005)
      let model = try #require(evaluation["model"]?["rmse"]?.doubleValue)
      #expect(model < 0.86)
      #expect(evaluation["protocol"] == "held-out")
      // As many as scikit-learn's split leaves without the movie in the training rows.
      #expect(evaluation["model"]?["cold"]?["rows"]?.intValue == 369)
    }

    #if !DEBUG
      @Test func itTakesLittleMemory() throws {
        let record = try PublishedRun(MainJob.run().output).json("run.json")
        let peak = try #require(record["peak_memory_bytes"]?.intValue)
        #expect(peak <= 100_000_000)
      }
    #endif

    @Test func aUserIsShownTheirBestAndTheRecommendedMovies() throws {
      let main = try MainJob.run()
      let outcome = try BuiltProgram.run(
        ["recommend", main.output, "--user", "68", "--explain", "0"], in: "/")
      #expect(outcome.status == 0)
      let parts = outcome.output.split(
        separator: "Recommended, by relevance; the score is the predicted rating:")
      try #require(parts.count == 2)
      #expect(parts[0].hasPrefix("User 68 rated 1,260 items. The best rated:\n"))
      let listed = try PublishedRun(main.output).recommendationRows().filter { $0[0] == "68" }
      let shown = parts[1].split(separator: "\n").dropFirst(2)
      #expect(shown.count == 10)
      for (line, row) in zip(shown, listed) {
        #expect(line.contains("  \(row[2])  ") && line.contains(row[4]), "\(line)")
      }
      let unknown = try BuiltProgram.run(["recommend", main.output, "--user", "611"], in: "/")
      #expect(unknown.status == 65)
      #expect(unknown.errors.contains(#"does not know the user "611""#))
    }
  }
}
