import ArgumentParser
import Job

struct Fetch: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Fetch and verify a job's dataset, nothing else.",
    discussion: """
      Prints the dataset's SHA-256 and the file that holds it. On a terminal, a line
      tells how far the download is.

      EXAMPLES
        recjob fetch jobs/movielens-small-download.json
      """)

  @OptionGroup var job: JobOptions

  @Flag(help: "Do not show how far the download is.")
  var quiet = false

  func run() async throws {
    let (file, plan) = try job.load()
    do {
      print(try await DatasetFetch(file, plan).report(showsProgress: !quiet))
    } catch {
      throw JobError(stage: .fetch, cause: error)
    }
  }
}
