import ArgumentParser
import Job

struct Init: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Look at a dataset and write a starting job file for it.",
    discussion: """
      Asks nothing. Takes a file, a directory or a URL: a layout of MovieLens, rows with a delimiter
      between their fields, or a JSON object a line; plain, compressed, or in an archive. It finds the
      columns of users, items, ratings and times by their names or by what they hold, says which it
      took for what, reads all rows, and writes a job file that "recjob validate" accepts.

      Where it cannot tell users, items or ratings, it says which columns there are and which keys
      name them, writes nothing, and ends with 65. A file that exists is not overwritten: 73.

      EXAMPLES
        recjob init export/stars.csv
        recjob init ml-latest-small.zip --output jobs/films.json
        recjob init https://data.example.org/ratings.jsonl.gz --output ratings.json --force
      """)

  @Argument(help: "The dataset: a path or a URL.", completion: .file())
  var source: String

  @Option(
    help: ArgumentHelp(
      "The job file to write. (default: the source's name with .json, here)", valueName: "file"),
    completion: .file(extensions: ["json"]))
  var output: String?

  @Flag(help: "Overwrite that file if it exists.")
  var force = false

  @Flag(help: "Do not show how far a download is.")
  var quiet = false

  func run() async throws {
    let job = try await StartingJob(
      source: source, output: output, overwrites: force,
      progress: RunProgress(line: ProgressLine(isShown: !quiet)))
    try job.write()
    print(job.report, terminator: "")
  }
}
