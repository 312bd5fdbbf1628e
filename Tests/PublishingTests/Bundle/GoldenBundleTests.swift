import Foundation
import Publishing
import Ratings
import Recommenders
import Storage
import TestSupport
import Testing

/// The bundles that earlier programs wrote, which every later one must read.
@Suite struct GoldenBundleTests {
  private func path(_ name: String) throws -> String {
    let resources = try #require(Bundle.module.resourceURL)
    return resources.appending(path: "Golden/\(name)").path(percentEncoded: false)
  }

  @Test func formatOneGivesItsPredictions() throws {
    let bundle = try ModelBundle.read(try path("bundle-1"))
    #expect(bundle.version?.short == "32aa255a4045")
    #expect(bundle.configuration.model == TinyBundle.configuration())
    #expect(bundle.users.labels == ["7", "20", "100"])
    #expect(bundle.items.labels == ["1", "2", "30", "400"])
    let keys: [[Float]] = [
      [-1.140625, -0.484375, 0.171875, -0.375],
      [-0.390625, -0.109375, 0.171875, 0],
      [-0.171875, 0.265625, 0.703125, 0.375],
    ]
    let ratings: [[Float]] = [
      [1.5899254, 2.215488, 2.942885, 2.3330002],
      [2.316051, 2.6270757, 2.942885, 2.75],
      [2.5571153, 3.0470834, 3.5099614, 3.1669998],
    ]
    for user in 0..<3 {
      for item in 0..<4 {
        let (user, item) = (UserIndex(user), ItemIndex(item))
        #expect(
          bundle.model.rankingKey(of: item, by: user) == keys[user.position][item.position])
        #expect(
          bundle.model.predictedRating(of: item, by: user)
            == ratings[user.position][item.position])
      }
    }
  }

  @Test func formatOneGivesItsListsAndWhatIsKnown() throws {
    let bundle = try ModelBundle.read(try path("bundle-1"))
    let lists = TinyBundle.lists(bundle, k: 3).map {
      $0.items.map { bundle.items.label(of: $0.item) }
    }
    #expect(lists == [["30", "400"], ["400", "2", "1"], []])
    #expect(bundle.seenRatings == [4.5, 3.5, 0.5, 4, 2, 1, 5])
    #expect(bundle.itemDetails[1] == ItemDetails(title: "Say \"Hi\", Bob", genres: ["Drama"]))
    #expect(bundle.itemDetails[3] == ItemDetails())
    #expect(bundle.training == TinyBundle.training)
    #expect(bundle.metrics == TinyBundle.metrics)
    #expect(bundle.resultPlan == TinyBundle.plan)
    #expect(bundle.model.trainingCounts == TinyBundle.counts)
  }

  @Test func formatOneVerifies() throws {
    #expect(try RunDirectory.verify(try path("bundle-1")).differences == [])
  }

  @Test func theSameBundleIsStillWrittenInTheSameBytes() throws {
    let directory = try TemporaryDirectory()
    try TinyBundle.bundle().write(to: directory.path("model"))
    for file in try FileSystem.list(try path("bundle-1"))
    where file != "README.md" && file != "manifest.json" {
      #expect(
        try FileSystem.readBytes(directory.path("model/\(file)"))
          == FileSystem.readBytes(PathName.joined(try path("bundle-1"), file)))
    }
  }
}
