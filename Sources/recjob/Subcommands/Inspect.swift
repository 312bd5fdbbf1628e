import ArgumentParser
import Job

struct Inspect: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Show a model's layers, parameters, metrics, settings and provenance.",
    discussion: """
      Takes a bundle, its .tar.gz, a run, or an output directory (then its latest
      run).

      The layers are those of a prediction for one pair of a user and an item; ? in
      a shape is the number of pairs. Parameters that are kept from the data, such
      as the ratings that neighbours are weighed by, are counted with the others and
      told apart below the table.

      EXAMPLES
        recjob inspect jobs/out/movielens-small
        recjob inspect jobs/out/movielens-small --json | jq .parameters
      """)

  @Argument(help: "The bundle.", completion: .file())
  var bundle: String

  @Flag(help: "Print a JSON object.")
  var json = false

  func run() throws {
    let summary = try ModelSummary(bundle: bundle)
    print(json ? summary.jsonText : summary.text, terminator: "")
  }
}
