import Storage
import Testing

@Suite struct LibraryVersionsTests {
  @Test func theLibrariesNameTheirVersions() {
    #expect(LibraryVersions.archive.contains(/^libarchive 3\.\d+\.\d+/))
    #expect(LibraryVersions.zlib.contains(/^1\.\d+/))
  }
}
