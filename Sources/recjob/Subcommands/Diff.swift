import ArgumentParser
import Job

struct Diff: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Show what differs between two runs: files, settings, metrics, lists.",
    discussion: """
      Takes two runs, or output directories (then their latest runs); one of them
      may be the bare name of a run beside the other. The first is taken for the
      earlier one. Files are compared by the digests of the manifests, lists user by
      user. The exit status is 0 whether or not the runs differ; that two are the
      same is what "recjob reproduce" checks.

      EXAMPLES
        recjob diff films/runs/20261123T020000Z-1a2b3c4d films
        recjob diff 20261123T020000Z-1a2b3c4d films
        recjob diff out/first out/second --json
      """)

  @Argument(help: "The earlier run.", completion: .directory)
  var before: String

  @Argument(help: "The later run.", completion: .directory)
  var now: String

  @Flag(help: "Print a JSON object.")
  var json = false

  func run() throws {
    let comparison = try RunComparison(before: before, now: now)
    print(json ? comparison.jsonText : comparison.text, terminator: "")
  }
}
