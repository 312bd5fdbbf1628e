import Storage
import Testing

@Suite struct PathNameTests {
  @Test(
    arguments: [
      ("jobs", "data/a.zip", "jobs/data/a.zip"), ("jobs/", "a", "jobs/a"), ("jobs", "/a", "/a"),
      ("", "a", "a"), ("/", "a", "/a"), ("jobs", "", "jobs"),
    ])
  func relativePathsGoBelowTheBase(base: String, path: String, joined: String) {
    #expect(PathName.joined(base, path) == joined)
  }

  @Test(
    arguments: [
      ("a/b", "a", "b"), ("a", ".", "a"), ("/a", "/", "a"), ("a/b/", "a", "b"), ("/", "/", ""),
    ])
  func pathsAreParentAndLastComponent(path: String, parent: String, last: String) {
    #expect(PathName.parent(of: path) == parent)
    #expect(PathName.lastComponent(of: path) == last)
  }

  @Test func namesWithDotsAreContainedAndClimbingOnesAreNot() {
    for name in ["a", "a/b", "..a", "a..", "./a"] { #expect(PathName.isContained(name)) }
    for name in ["", "/a", "..", "a/..", "../a", "a/../b", "a\0"] {
      #expect(!PathName.isContained(name))
    }
  }
}
