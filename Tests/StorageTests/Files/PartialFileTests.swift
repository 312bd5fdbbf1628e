import Storage
import TestSupport
import Testing

@Suite struct PartialFileTests {
  @Test func fileGrowsAcrossOpenings() throws {
    let directory = try TemporaryDirectory()
    let path = directory.path("a")
    for expected in [2, 4] {
      var file = try PartialFile(path)
      try file.append([1, 2].span)
      #expect(file.count == expected)
      try file.close()
    }
    #expect(try FileSystem.readBytes(path) == [1, 2, 1, 2])
    var file = try PartialFile(path)
    try file.removeAll()
    try file.append([3].span)
    try file.close()
    #expect(try FileSystem.readBytes(path) == [3])
  }
}
