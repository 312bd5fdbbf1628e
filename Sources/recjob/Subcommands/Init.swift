import ArgumentParser
import Job

struct Init: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Look at a dataset and write a starting job file for it.",
    discussion: """
      Asks nothing. Takes a file, a directory or a URL: a layout of MovieLens, rows
      with a delimiter between their fields, or a JSON object a line; plain,
      compressed, or in an archive. It finds the columns of users, items, ratings
      and times by their names or by what they hold, says which it took for what,
      reads all rows, and writes a job file that "recjob validate" accepts.

      Where it cannot tell users, items or ratings, it says which columns there are,
      writes nothing, and ends with 65; --user, --item, --rating and --timestamp
      name a column, or its position from 0. --items takes a file with the items'
      titles, whose columns are found by their names or by the ids of rated items. A
      file that exists is not overwritten: 73.

      EXAMPLES
        recjob init export/stars.csv
        recjob init export/stars.csv --items export/products.csv --output shop.json
        recjob init survey.tsv --user who --item what --rating 2
        recjob init ml-latest-small.zip --output jobs/films.json
        recjob init https://data.example.org/ratings.jsonl.gz --force
      """)

  @Argument(help: "The dataset: a path or a URL.", completion: .file())
  var source: String

  @Option(
    help: ArgumentHelp(
      "The job file to write. (default: the source's name with .json, here)", valueName: "file"),
    completion: .file(extensions: ["json"]))
  var output: String?

  @Option(
    help: ArgumentHelp("A file or URL with the items' ids and titles.", valueName: "source"),
    completion: .file())
  var items: String?

  @Option(help: "The column of the users' ids: a name, or a position from 0.")
  var user: String?

  @Option(help: "The column of the items' ids.")
  var item: String?

  @Option(help: "The column of the ratings.")
  var rating: String?

  @Option(help: "The column of the times.")
  var timestamp: String?

  @Flag(help: "Overwrite that file if it exists.")
  var force = false

  @Flag(help: "Do not show how far a download is.")
  var quiet = false

  func run() async throws {
    var named = NamedColumns()
    (named.user, named.item, named.rating, named.timestamp) = (user, item, rating, timestamp)
    let job = try await StartingJob(
      source: source, items: items, output: output, overwrites: force, named: named,
      progress: RunProgress(line: ProgressLine(isShown: !quiet)))
    try job.write()
    print(job.report, terminator: "")
  }
}
