import Acquisition
import Storage
import TestSupport
import Testing

@Suite struct MemberStreamTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  private func stream(_ bytes: [UInt8], name: String) throws -> MemberStream {
    // As in the cache, where a file has no name of its own.
    let path = try directory.write(bytes, to: "cached")
    return MemberStream(
      FetchedDataset(
        path: path, name: name, sha256: SHA256Digest(of: bytes), bytes: bytes.count, origin: name,
        etag: nil, fromCache: true))
  }

  @Test func membersAreStreamedAndNamed() throws {
    let zip = try stream(
      ArchiveFixture.zip(["d/ratings.csv": "1,2\n", "d/movies.csv": "3\n"]).bytes, name: "d.zip")
    #expect(try zip.members().map(\.name) == ["d/ratings.csv", "d/movies.csv"])
    var read: [String] = []
    try zip.read(members: ["d/movies.csv"]) { (member, chunk) throws(StorageError) in
      read.append("\(member): \(String(decoding: chunk, as: UTF8.self))")
    }
    #expect(read == ["d/movies.csv: 3\n"])
  }

  @Test func singleFileHasTheNameOfItsSource() throws {
    let gzip = try stream(Gzip.compress(Array("1,2\n".utf8)), name: "ratings.csv.gz")
    #expect(try gzip.members().map(\.name) == ["ratings.csv"])
    #expect(try gzip.readAll(member: "ratings.csv") == Array("1,2\n".utf8))
  }

  @Test func damageIsToldWithItsCause() throws {
    let fixture = try ArchiveFixture.zip(["ratings.csv": String(repeating: "1,2\n", count: 999)])
    let zip = try stream(fixture.truncated(toBytes: 60).bytes, name: "a.zip")
    let error = #expect(throws: AcquisitionError.self) { try zip.members() }
    guard case .damaged(.damagedArchive) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test func errorOfTheCallerIsNotTakenForOneOfTheArchive() throws {
    let zip = try stream(ArchiveFixture.zip(["a": "1"]).bytes, name: "a.zip")
    let own = StorageError.damagedArchive(path: "own", reason: "own")
    #expect(throws: own) {
      try zip.read(members: ["a"]) { (_, _) throws(StorageError) in throw own }
    }
  }
}
