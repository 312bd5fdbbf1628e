import Storage
import TestSupport
import Testing

@testable import Job

/// Every key of a job file is shown in use, in a job of the project or on a page.
@Suite struct KeyExamplesTests {
  /// The keys of a document, with `*` for positions and for names that the job chooses.
  private static func keys(_ value: JSONValue, at path: [String] = []) -> Set<[String]> {
    var found: Set<[String]> = [path]
    if let members = value.objectValue {
      for member in members {
        // A range is named after what it is for.
        let name = path == ["tune", "ranges"] ? "*" : member.key
        found.formUnion(keys(member.value, at: path + [name]))
      }
    } else if let elements = value.arrayValue {
      // A list of models has the keys of one.
      for element in elements {
        found.formUnion(keys(element, at: path == ["model"] ? path : path + ["*"]))
      }
    }
    return found
  }

  private static func documents() throws -> [JSONValue] {
    let directory = JobDocuments.directory
    let root = PathName.joined(directory, "..")
    let blocks = try MarkdownPage.all(root: root).flatMap(\.blocks).filter { $0.language == "json" }
    let jobs = try FileSystem.list(directory).filter {
      $0.hasSuffix(".json") && !$0.contains(".lock.")
    }
    return try blocks.map { try JSONParser.parseValue(Array($0.text.utf8), path: "page") }
      + jobs.map {
        try JSONParser.parseValue(FileSystem.readBytes("\(directory)/\($0)"), path: $0)
      }
  }

  @Test func everyKeyIsUsedSomewhere() throws {
    let used = try Self.documents().reduce(into: Set<[String]>()) { $0.formUnion(Self.keys($1)) }
    // Wherever a secret may stand, it has the same three forms.
    let forms: Set<String> = ["env", "file", "credential"]
    let usedForms = Set(used.compactMap(\.last)).intersection(forms)
    #expect(usedForms == forms)
    let rows = JobSchema.rows.map(\.pointer.tokens)
    #expect(rows.count > 150)
    let unused = rows.filter { !used.contains($0) && !forms.contains($0.last ?? "") }
    #expect(unused == [])
  }
}
