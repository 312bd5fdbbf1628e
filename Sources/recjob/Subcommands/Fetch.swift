import ArgumentParser
import Job

struct Fetch: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Fetch and verify a job's dataset, nothing else.",
    discussion: """
      Prints the dataset's SHA-256 and the file that holds it.

      EXAMPLES
        recjob fetch jobs/movielens-small-download.json
      """)

  @OptionGroup var job: JobOptions

  func run() async throws {
    let (file, plan) = try job.load()
    do {
      print(try await DatasetFetch(file, plan).report())
    } catch {
      throw JobError(stage: .fetch, cause: error)
    }
  }
}
