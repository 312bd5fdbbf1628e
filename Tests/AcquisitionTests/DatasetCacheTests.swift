import Testing

@testable import Acquisition

@Suite struct DatasetCacheTests {
  @Test(
    arguments: [
      (["CACHE_DIRECTORY": "/var/cache/a:/b", "HOME": "/h"], "/var/cache/a"),
      (["XDG_CACHE_HOME": "/x", "HOME": "/h"], "/x/recjob"), (["HOME": "/h"], "/h/.cache/recjob"),
      (["XDG_CACHE_HOME": "relative", "HOME": ""], "jobs/.recjob-cache"),
      ([:], "jobs/.recjob-cache"),
    ] as [([String: String], String)])
  func environmentNamesTheDefault(environment: [String: String], directory: String) {
    #expect(
      DatasetCache.defaultDirectory(environment: environment, base: "jobs") == directory)
  }
}
