import Storage
import TestSupport
import Testing

@Suite struct DurableDirectoryTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  @Test func stagedTreeAppearsAsAWhole() throws {
    try directory.write("left behind", to: ".staging/old")
    let staging = try DurableDirectory(creatingAt: directory.path(".staging"))
    #expect(try FileSystem.list(staging.path) == [])
    try directory.write("1", to: ".staging/model/a")
    try FileSystem.makeDirectory(directory.path("runs"))
    try staging.publish(renamingTo: directory.path("runs/1"))
    #expect(try FileSystem.readText(directory.path("runs/1/model/a")) == "1")
    #expect(!FileSystem.exists(staging.path))
  }

  @Test func publishedDirectoryIsNeverReplaced() throws {
    try FileSystem.makeDirectory(directory.path("runs/1"))
    let staging = try DurableDirectory(creatingAt: directory.path(".staging"))
    #expect(throws: StorageError.self) {
      try staging.publish(renamingTo: directory.path("runs/1"))
    }
    #expect(try FileSystem.list(directory.path("runs/1")) == [])
  }

  @Test func linkIsFlippedInOneStep() throws {
    for target in ["runs/1", "runs/2"] {
      try DurableFile.writeSymbolicLink(directory.path("next"), to: target)
      try DurableFile.move(directory.path("next"), to: directory.path("latest"))
    }
    #expect(try FileSystem.readLink(directory.path("latest")) == "runs/2")
    #expect(try FileSystem.list(directory.path) == ["latest"])
  }
}
