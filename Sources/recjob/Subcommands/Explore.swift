import ArgumentParser
import Job

struct Explore: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Look at a job's dataset: rows, counts, histograms, activity, cross-table.",
    discussion: """
      Fetches and reads the dataset as a run of the job would, with its filters, and
      shows the first ratings and items, how sparse they are, how ratings are given,
      how active users and items are, how ratings lie in time, and the 15 most
      active users by the 15 most rated items. Nothing is trained and nothing is
      written but the page of --html.

      EXAMPLES
        recjob explore jobs/movielens-small.json
        recjob explore jobs/movielens-small.json --html data.html
        recjob explore jobs/movielens-small.json --json | jq .user_activity.quantiles
      """)

  @OptionGroup var job: JobOptions

  @Option(
    help: ArgumentHelp("Write one page with charts to a file as well.", valueName: "file"),
    completion: .file(extensions: ["html"]))
  var html: String?

  @Flag(help: "Print a JSON object.")
  var json = false

  @Flag(help: "Do not show how far a download is.")
  var quiet = false

  func run() async throws {
    let (file, plan) = try job.load()
    let exploration = try await Exploration(file, plan, showsProgress: !quiet)
    if let html { try exploration.writePage(to: html) }
    print(json ? exploration.jsonText : exploration.text, terminator: "")
  }
}
