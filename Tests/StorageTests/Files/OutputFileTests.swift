import Storage
import TestSupport
import Testing

@Suite struct OutputFileTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  @Test(arguments: [0, 1, 9, 40_000, 65_536, 65_537, 200_000])
  func piecesOfAnySizeAreWrittenInOrder(size: Int) throws {
    let path = directory.path("a")
    var file = try OutputFile(path)
    var expected: [UInt8] = []
    for number in 0..<5 {
      let piece = [UInt8](repeating: UInt8(number), count: size)
      try file.write(piece)
      try file.write("line \(number)\n")
      expected += piece + Array("line \(number)\n".utf8)
    }
    let (bytes, sha256) = try file.close(sync: true)
    #expect(try FileSystem.readBytes(path) == expected)
    #expect(bytes == expected.count)
    #expect(sha256 == SHA256Digest(of: expected))
  }

  @Test func fileThatExistsIsRefused() throws {
    let path = try directory.write("kept", to: "a")
    #expect(throws: StorageError.cannotCreate(path: path, reason: "it exists already")) {
      _ = try OutputFile(path)
    }
    #expect(try FileSystem.readText(path) == "kept")
  }
}
