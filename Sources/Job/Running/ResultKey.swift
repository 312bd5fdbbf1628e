import Publishing
import Storage

/// What decides the bytes of a result: the result plan, with the digests of the data in it, and the
/// program.
struct ResultKey: Equatable {
  private let resultPlanHash: String
  private let revision: Int

  /// The key of what a plan makes of some data.
  init(_ plan: Plan, _ fetched: FetchedFiles) {
    resultPlanHash = plan.resultPlanHash(of: fetched).hex
    revision = Program.resultsRevision
  }

  /// The key that a published run has recorded, or `nil` if that cannot be read.
  init?(ofRun path: String) {
    guard let bytes = try? FileSystem.readBytes(PathName.joined(path, "run.json")),
      let record = try? JSONParser.parseValue(bytes, path: "run.json"),
      let hash = record["result_plan_sha256"]?.stringValue,
      let revision = record["results_revision"]?.intValue
    else { return nil }
    resultPlanHash = hash
    self.revision = revision
  }

  /// The key as a checkpoint has it.
  var text: String { "\(resultPlanHash) \(revision)" }
}
