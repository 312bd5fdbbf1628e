import Job
import Storage
import Testing

@Suite struct KeyReferenceTests {
  private static let begin = "<!-- keys: begin -->\n"
  private static let end = "<!-- keys: end -->\n"

  @Test func theTableInTheDocumentationIsTheGeneratedOne() throws {
    let path = PathName.joined(JobDocuments.directory, "README.md")
    var text = try FileSystem.readText(path)
    let start = try #require(text.firstRange(of: Self.begin)?.upperBound)
    let stop = try #require(text.firstRange(of: Self.end)?.lowerBound)
    if JobDocuments.areRewritten {
      text.replaceSubrange(start..<stop, with: KeyReference.markdown())
      try DurableFile.write(text, to: path)
      return
    }
    #expect(
      String(text[start..<stop]) == KeyReference.markdown(),
      "write it anew with RECJOB_REWRITE_JOBS=1 swift test --filter KeyReferenceTests")
  }

  @Test func everyRowHasFiveCells() {
    for line in KeyReference.markdown().split(separator: "\n") {
      #expect(
        line.replacing(#"\|"#, with: "").split(separator: "|", omittingEmptySubsequences: false)
          .count == 7, "\(line)")
    }
  }

  @Test func keysInsideArraysAndNullableObjectsAreListed() {
    let table = KeyReference.markdown()
    #expect(table.contains("| `/dataset/sources/*/url` | text |"))
    #expect(
      table.contains(
        "| `/training/early_stopping/patience` | whole number | 1 to 100000 | `3` |"))
    #expect(table.contains("| `/model/dropout/input` | number | at least 0 and below 1 | `0.05` |"))
    #expect(table.contains("| `/training/learning_rate` | number or \"auto\" | above 0 |"))
  }
}
