import Publishing
import Storage
import TestSupport
import Testing

@Suite struct RunDirectoryVerificationTests {
  private let directory: TemporaryDirectory
  private let run: String

  init() throws {
    directory = try TemporaryDirectory()
    let output = RunDirectory(directory.path("out"))
    let staged = try output.stage(planHash: SHA256Digest(of: "plan"), now: 1_795_399_200)
    let version = try TinyBundle.bundle().write(to: PathName.joined(staged.path, "model"))
    _ = try ModelBundle.pack(
      PathName.joined(staged.path, "model"), version: version, jobName: "x", into: staged.path)
    run = try output.publish(staged).path
  }

  private func differing(_ path: String? = nil) throws -> [String] {
    try RunDirectory.verify(path ?? run).differences.map(\.path)
  }

  private var archive: String {
    get throws {
      let name = try #require(try FileSystem.list(run).first { $0.hasSuffix(".tar.gz") })
      return PathName.joined(run, name)
    }
  }

  @Test func whatWasPublishedVerifies() throws {
    for path in [run, directory.path("out"), directory.path("out/latest")] {
      let verification = try RunDirectory.verify(path)
      #expect(verification.differences == [])
      #expect(verification.fileCount == 10)
    }
    for path in [PathName.joined(run, "model"), try archive] {
      let verification = try RunDirectory.verify(path)
      #expect(verification.differences == [])
      #expect(verification.fileCount == 8)
    }
  }

  @Test func everyChangedFileIsNamed() throws {
    for file in try FileSystem.listTree(run) {
      let path = PathName.joined(run, file)
      let original = try FileSystem.readBytes(path)
      let changes = [original + [0x20], original.isEmpty ? [0] : Array(original.dropLast())]
      for changed in changes {
        try rewrite(path, changed)
        let found = try? differing()
        // A manifest without its last bracket cannot be read, and is named by the error.
        #expect(found?.contains(file) ?? (file == "manifest.json"), "\(file)")
      }
      try FileSystem.removeFile(path)
      #expect((try? differing())?.contains(file) ?? (file == "manifest.json"), "\(file)")
      try rewrite(path, original)
    }
    #expect(try differing() == [])
  }

  private func rewrite(_ path: String, _ bytes: [UInt8]) throws {
    try FileSystem.removeFile(path)
    var file = try OutputFile(path)
    try file.write(bytes)
    _ = try file.close(sync: false)
  }

  @Test func anAdditionalFileIsNamed() throws {
    try rewrite(PathName.joined(run, "model/extra"), [1])
    #expect(try differing() == ["model/extra"])
    #expect(try differing(PathName.joined(run, "model")) == ["extra"])
  }

  @Test func anAdditionalFileThatCannotBeReadIsNamed() throws {
    try FileSystem.makeSymbolicLink(PathName.joined(run, "extra"), to: "/proc/self/mem")
    #expect(try differing() == ["extra"])
  }

  @Test func aChangedArchiveIsNamedOrRefused() throws {
    let original = try FileSystem.readBytes(archive)
    for offset in stride(from: 10, to: original.count, by: 101) {
      var changed = original
      changed[offset] ^= 0x10
      let path = try directory.write(changed, to: "changed.tar.gz")
      let found = try? differing(path)
      #expect(found != [], "byte \(offset)")
    }
  }

  @Test func aPathWithoutAManifestIsRefused() throws {
    try directory.write("x", to: "other/file")
    let other = directory.path("other")
    #expect(throws: PublishingError.nothingToVerify(path: other)) {
      try RunDirectory.verify(other)
    }
    let missing = directory.path("missing")
    #expect(throws: PublishingError.storage(.notFound(path: missing))) {
      try RunDirectory.verify(missing)
    }
  }
}
