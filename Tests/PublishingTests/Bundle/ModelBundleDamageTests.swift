import Publishing
import Ratings
import Recommenders
import Storage
import TestSupport
import Testing

@Suite struct ModelBundleDamageTests {
  private let directory: TemporaryDirectory
  private let bundle: String
  private var files: [String] { (try? FileSystem.list(bundle)) ?? [] }

  init() throws {
    directory = try TemporaryDirectory()
    bundle = directory.path("model")
    try TinyBundle.bundle().write(to: bundle)
  }

  private func bytes(_ file: String) throws -> [UInt8] {
    try FileSystem.readBytes(PathName.joined(bundle, file))
  }

  private func replace(_ file: String, by bytes: [UInt8]) throws {
    try directory.write(bytes, to: "model/\(file)")
  }

  /// The file that reading the bundle complains of, or `nil` if it does not.
  private func complaint() throws -> String? {
    do throws(PublishingError) {
      _ = try ModelBundle.read(bundle)
      return nil
    } catch {
      guard case .damaged(_, let file, _) = error else { throw error }
      return file
    }
  }

  /// Writes the manifest anew, so that only the files' meaning can be complained of.
  private func renewManifest() throws {
    let manifest = try Manifest(ofDirectory: bundle)
    try replace("manifest.json", by: Array(manifest.json().prettyText().utf8))
  }

  @Test func aChangedFileIsNamed() throws {
    for file in files where file != "manifest.json" {
      let original = try bytes(file)
      var changed = original
      changed[changed.count / 2] ^= 1
      try replace(file, by: changed)
      #expect(try complaint() == file)
      try replace(file, by: Array(original.dropLast()))
      #expect(try complaint() == file)
      try replace(file, by: original)
    }
    #expect(try complaint() == nil)
  }

  @Test func aMissingFileIsNamed() throws {
    for file in files where file != "manifest.json" {
      let original = try bytes(file)
      try FileSystem.removeFile(PathName.joined(bundle, file))
      #expect(try complaint() == file)
      try replace(file, by: original)
    }
    try FileSystem.removeFile(PathName.joined(bundle, "manifest.json"))
    #expect(try complaint() == "manifest.json")
  }

  @Test func anAdditionalFileIsNamed() throws {
    try directory.write("x", to: "model/more/extra.txt")
    #expect(try complaint() == "more/extra.txt")
  }

  @Test func twoSwappedFilesAreNoticed() throws {
    let (users, items) = (try bytes("users.csv"), try bytes("items.csv"))
    try replace("users.csv", by: items)
    try replace("items.csv", by: users)
    #expect(try complaint() == "items.csv")
  }

  @Test func aFileOutsideTheModelFolderOfAnArchiveIsNoticed() throws {
    var members = files.map {
      (name: "model/\($0)", path: PathName.joined(bundle, $0))
    }
    members.append((name: "other.txt", path: try directory.write("x", to: "other.txt")))
    let archive = directory.path("b.tar.gz")
    try ArchiveWriter.writeTarGzip(members: members, to: archive)
    #expect(
      throws: PublishingError.damaged(
        path: archive, file: "/other.txt", reason: "is not in the manifest")
    ) { try ModelBundle.read(archive) }
  }

  @Test func aCutOffArchiveIsRefused() throws {
    let version = try #require(try ModelBundle.read(bundle).version)
    let name = try ModelBundle.pack(bundle, version: version, jobName: "x", into: directory.path)
    let whole = try FileSystem.readBytes(directory.path(name))
    for count in stride(from: 0, to: whole.count, by: 97) {
      let path = try directory.write(Array(whole.prefix(count)), to: "cut.tar.gz")
      #expect(throws: PublishingError.self) { try ModelBundle.read(path) }
    }
  }

  @Test func aNewerFormatIsRefusedBeforeAnythingElse() throws {
    let text = try FileSystem.readText(PathName.joined(bundle, "config.json"))
    let newer = text.split(separator: "\"format_version\": 1,").joined(
      separator: "\"format_version\": 3,")
    try replace("config.json", by: Array(newer.utf8))
    try replace("manifest.json", by: [])
    #expect(throws: PublishingError.newerFormat(path: bundle, found: 3, supported: 1)) {
      try ModelBundle.read(bundle)
    }
  }

  @Test(arguments: [
    ("users.csv", "1,20,1,1", "1,7,1,1"), ("users.csv", "1,20,1,1", "1,020,1,1"),
    ("users.csv", "1,20,1,1", "1,20,2,1"), ("users.csv", "1,20,1,1", "1,20,1,2"),
    ("users.csv", "1,20,1,1", "2,20,1,1"), ("users.csv", "1,20,1,1\n", ""),
    ("items.csv", "3,400,,,1,0", "3,400,,,2,0"), ("items.csv", "title", "name"),
    ("config.json", "\"users\": 3", "\"users\": 4"),
    ("config.json", "\"factors\": 3", "\"factors\": 2"),
    ("metrics.json", "{", "["), ("plan.json", "{", "\"x\""),
  ])
  func aFileThatContradictsAnotherIsRefused(file: String, old: String, new: String) throws {
    let text = try FileSystem.readText(PathName.joined(bundle, file))
    let parts = Self.split(text, at: old)
    try replace(file, by: Array((parts.0 + new + parts.1).utf8))
    try renewManifest()
    #expect(try complaint() != nil)
  }

  private static func split(_ text: String, at part: String) -> (String, String) {
    let bytes = Array(text.utf8)
    let wanted = Array(part.utf8)
    for start in 0...(bytes.count - wanted.count)
    where Array(bytes[start..<(start + wanted.count)]) == wanted {
      return (
        String(decoding: bytes[..<start], as: UTF8.self),
        String(decoding: bytes[(start + wanted.count)...], as: UTF8.self)
      )
    }
    Issue.record("\(part) is not in the file")
    return (text, "")
  }

  @Test(arguments: ["model.safetensors", "seen.safetensors"])
  func noChangedTensorEndsTheProgram(file: String) throws {
    let original = try bytes(file)
    for offset in stride(from: 0, to: original.count, by: 3) {
      var changed = original
      changed[offset] ^= 0x80
      try replace(file, by: changed)
      try renewManifest()
      do throws(PublishingError) {
        let read = try ModelBundle.read(bundle)
        #expect(read.seen.indices.allSatisfy { $0.position < 4 })
      } catch {
        guard case .damaged(_, let named, _) = error else { throw error }
        #expect([file, "users.csv", "items.csv"].contains(named))
      }
    }
  }

  @Test func everyByteOfTheManifestMayChangeWithoutACrash() throws {
    let original = try bytes("manifest.json")
    for offset in original.indices {
      var changed = original
      changed[offset] ^= 0x01
      try replace("manifest.json", by: changed)
      do throws(PublishingError) { _ = try ModelBundle.read(bundle) } catch {}
    }
  }
}
