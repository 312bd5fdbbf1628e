import ArgumentParser
import Job
import Logging

struct Compare: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Train several models on the same split and print one table.",
    discussion: """
      Trains every model of the job's "compare" list, or every type of model with
      its defaults where there is none, and measures each once on the held-out rows.
      Nothing is chosen by what they show: the table is a report, and a job that
      watches the held-out rows is refused.

      The p-values are of the difference from the best of the column: a paired
      bootstrap by user with 1,000 resamples, corrected for the number of models as
      Holm does. * marks those below 0.05. The seconds apart, nothing depends on the
      number of threads.

      EXAMPLES
        recjob compare jobs/compare.json
        recjob compare jobs/compare.json --write out/comparison
        recjob compare jobs/movielens-small.json --json
      """)

  @OptionGroup var job: JobOptions
  @OptionGroup var logging: LoggingOptions

  @Option(help: "The number of threads; the results do not depend on it.")
  var threads: Int?

  @Option(
    help: ArgumentHelp(
      "A directory for comparison.json, comparison.csv and comparison.svg.", valueName: "dir"),
    completion: .directory)
  var write: String?

  @Flag(help: "Print a JSON object.")
  var json = false

  func validate() throws {
    if let threads, threads < 1 { throw ValidationError("--threads takes 1 or more.") }
  }

  func run() async throws {
    let (file, plan) = try job.load()
    let progress = logging.makeProgress()
    var logger = logging.makeLogger(progress: progress)
    logger[metadataKey: "job"] = "\(plan.name)"
    var settings = RunSettings()
    settings.threads = threads
    settings.progress = progress
    let comparison = try ModelComparison(
      jobFile: file, plan: plan, settings: settings, logger: logger)
    let outcome = try await EndedBySignal.run { try await comparison.runUntilSignal() }
    if let write { try outcome.write(to: write) }
    print(json ? outcome.jsonText : outcome.text, terminator: "")
    if let write, !json { print("\(plan.name): written to \(write)") }
  }
}
