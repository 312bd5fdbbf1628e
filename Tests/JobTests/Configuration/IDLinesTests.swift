import Foundation
import Storage
import TestSupport
import Testing

@testable import Job

@Suite struct IDLinesTests {
  @Test func linesMayHaveAnyEnds() {
    #expect(IDLines.ids(of: "1\r\n\n 2\n3\r4") == ["1", " 2", "3", "4"])
    #expect(IDLines.ids(of: "").isEmpty)
  }

  @Test func aByteOrderMarkIsNoPartOfTheFirstId() {
    #expect(IDLines.ids(of: "\u{FEFF}1\n\u{FEFF}2") == ["1", "\u{FEFF}2"])
    #expect(IDLines.ids(of: "\u{FEFF}").isEmpty)
  }

  @Test func aFileOfUsersIsReadByTheSameRules() throws {
    let directory = try TemporaryDirectory()
    let path = try directory.write("\u{FEFF}7\r8\n", to: "users.txt")
    #expect(try BundleRecommender.users(ofFile: path) == ["7", "8"])
    try Data([0x37, 0xFF, 0x0A]).write(to: URL(filePath: path))
    #expect(throws: StorageError.notUTF8(path: path)) {
      _ = try BundleRecommender.users(ofFile: path)
    }
  }
}
