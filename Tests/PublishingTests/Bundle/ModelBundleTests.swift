import Ratings
import Recommenders
import Storage
import TestSupport
import Testing

@testable import Publishing

@Suite struct ModelBundleTests {
  private let directory: TemporaryDirectory

  init() throws {
    directory = try TemporaryDirectory()
  }

  @Test func seenItemsCarryTheirRatings() throws {
    let bundle = try TinyBundle.bundle()
    #expect(bundle.seen.indptr == [0, 2, 3, 7])
    #expect(bundle.seen.indices.map(\.position) == [0, 1, 2, 0, 1, 2, 3])
    #expect(bundle.seenRatings == [4.5, 3.5, 0.5, 4, 2, 1, 5])
    let ratings = bundle.ratings(of: UserIndex(0))
    #expect(ratings.map(\.item) == [ItemIndex(0), ItemIndex(1)])
    #expect(ratings.map(\.rating) == [4.5, 3.5])
  }

  @Test func theFilesAreThoseOfTheFormat() throws {
    let path = directory.path("model")
    let version = try TinyBundle.bundle().write(to: path)
    let expected = [
      "README.md", "config.json", "items.csv", "manifest.json", "metrics.json",
      "model.safetensors", "plan.json", "seen.safetensors", "users.csv",
    ]
    #expect(try FileSystem.listTree(path) == expected)
    let manifest = try Manifest(contentsOf: PathName.joined(path, "manifest.json"))
    #expect(try manifest.differences(inDirectory: path) == [])
    #expect(BundleVersion(manifest: manifest) == version)
    #expect(manifest.entries.compactMap(\.rows) == [4, 3])
  }

  @Test func theTablesNameEveryUserAndItem() throws {
    let path = directory.path("model")
    try TinyBundle.bundle().write(to: path)
    let users = "index,user_id,count,train_count\n0,7,2,2\n1,20,1,1\n2,100,4,2\n"
    #expect(try FileSystem.readText(PathName.joined(path, "users.csv")) == users)
    let items = """
      index,item_id,title,genres,count,train_count
      0,1,Toy Story (1995),Comedy|Fantasy,2,2
      1,2,"Say ""Hi"", Bob",Drama,2,2
      2,30,=SUM(A1),,2,1
      3,400,,,1,0

      """
    #expect(try FileSystem.readText(PathName.joined(path, "items.csv")) == items)
  }

  @Test func equalBundlesHaveEqualBytes() throws {
    for name in ["a", "b"] { try TinyBundle.bundle().write(to: directory.path(name)) }
    for file in try FileSystem.list(directory.path("a")) {
      #expect(
        try FileSystem.readBytes(directory.path("a/\(file)"))
          == FileSystem.readBytes(directory.path("b/\(file)")))
    }
  }

  @Test(arguments: TinyBundle.configurations + [TinyBundle.blend], [true, false])
  func everyModelReadsBackWithTheSamePredictions(
    configuration: ModelConfiguration, titles: Bool
  ) throws {
    let bundle = try TinyBundle.bundle(configuration, titles: titles)
    let version = try bundle.write(to: directory.path("model"))
    let read = try ModelBundle.read(directory.path("model"))
    #expect(read.version == version)
    #expect(read.configuration == bundle.configuration)
    #expect(read.users.labels == bundle.users.labels)
    #expect(read.items.labels == bundle.items.labels)
    #expect(read.itemDetails == bundle.itemDetails)
    #expect(read.seen == bundle.seen)
    #expect(read.seenRatings == bundle.seenRatings)
    #expect(read.metrics == bundle.metrics)
    #expect(read.resultPlan == bundle.resultPlan)
    #expect(read.model.trainingCounts == bundle.model.trainingCounts)
    for user in 0..<3 {
      for item in 0..<4 {
        let expected = bundle.model.rankingKey(of: ItemIndex(item), by: UserIndex(user))
        let actual = read.model.rankingKey(of: ItemIndex(item), by: UserIndex(user))
        #expect(actual.bitPattern == expected.bitPattern)
      }
    }
    #expect(TinyBundle.lists(read, k: 2) == TinyBundle.lists(bundle, k: 2))
  }

  @Test func theArchiveHoldsTheSameBundle() throws {
    let bundle = try TinyBundle.bundle()
    let version = try bundle.write(to: directory.path("model"))
    let name = try ModelBundle.pack(
      directory.path("model"), version: version, jobName: "my job/é", into: directory.path)
    #expect(name == "model-my-job---\(version.short).tar.gz")
    let names = try ArchiveReader(path: directory.path(name)).memberNames()
    #expect(names == (try FileSystem.listTree(directory.path("model"))).map { "model/\($0)" })
    let read = try ModelBundle.read(directory.path(name))
    #expect(read.version == version)
    #expect(TinyBundle.lists(read, k: 3) == TinyBundle.lists(bundle, k: 3))
  }

  @Test func theArchiveIsReproducible() throws {
    var archives: [[UInt8]] = []
    for place in ["a", "b"] {
      let version = try TinyBundle.bundle().write(to: directory.path("\(place)/model"))
      let name = try ModelBundle.pack(
        directory.path("\(place)/model"), version: version, jobName: "x",
        into: directory.path(place))
      archives.append(try FileSystem.readBytes(directory.path("\(place)/\(name)")))
    }
    #expect(archives[0] == archives[1])
  }

  @Test func aPathWithoutABundleIsSaidToHaveNone() throws {
    try directory.write("a", to: "other/file.txt")
    let archive = try ArchiveFixture.tarGzip(["notes.txt": "a"])
    let file = try directory.write(archive.bytes, to: "other.tar.gz")
    for path in [directory.path("other"), file] {
      #expect(throws: PublishingError.noBundle(path: path)) { try ModelBundle.read(path) }
    }
    let missing = directory.path("missing")
    #expect(throws: PublishingError.storage(.notFound(path: missing))) {
      try ModelBundle.read(missing)
    }
  }
}
