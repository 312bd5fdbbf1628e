import ArgumentParser
import Job

struct Inspect: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Show a model's layers, parameters, metrics and settings.",
    discussion: """
      Takes a bundle, its .tar.gz, a run, or an output directory (then its latest run).

      EXAMPLES
        recjob inspect out/movielens-small
      """)

  @Argument(help: "The bundle.", completion: .file())
  var bundle: String

  func run() throws {
    print(try ModelSummary(bundle: bundle).text, terminator: "")
  }
}
