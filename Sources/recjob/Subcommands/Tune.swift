import ArgumentParser
import Job
import Logging

struct Tune: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Search a job's ranges for the best values, on validation rows only.",
    discussion: """
      Tries settings drawn at random from the ranges of the job's "tune" section, by
      successive halving: all are trained a little, the best go on and are trained
      longer, the last as long as the job says. The first trial is the job as it is.
      The held-out rows are left out before the first trial, and a job that watches
      them is refused.

      Prints the trials as a table, and writes the best as a job file that has
      nothing left to search. What is found does not depend on the number of
      threads. A search that was stopped goes on after the trials that had ended;
      they are kept in the state directory of the job's output.

      EXAMPLES
        recjob tune jobs/tune.json
        recjob tune jobs/tune.json --set tune.trials=8 --write best.json
      """)

  @OptionGroup var job: JobOptions
  @OptionGroup var logging: LoggingOptions

  @Option(help: "The number of threads; the results do not depend on it.")
  var threads: Int?

  @Option(
    help: ArgumentHelp(
      "The job file to write, in the directory of the job's own. (default: JOB.tuned.json)",
      valueName: "file"),
    completion: .file(extensions: ["json"]))
  var write: String?

  @Flag(help: "Overwrite that file if it exists.")
  var overwrite = false

  @Flag(help: "Print a JSON object.")
  var json = false

  func validate() throws {
    if let threads, threads < 1 { throw ValidationError("--threads takes 1 or more.") }
  }

  func run() async throws {
    let (file, plan) = try job.load()
    if let write, !TunedJob.isBeside(file, write) {
      throw ValidationError(
        "--write \(write): the file must be in the directory of the job file, which the job's "
          + "relative paths are relative to.")
    }
    let progress = logging.makeProgress()
    var logger = logging.makeLogger(progress: progress)
    logger[metadataKey: "job"] = "\(plan.name)"
    var settings = RunSettings()
    settings.threads = threads
    settings.progress = progress
    let tuning = try Tuning(jobFile: file, plan: plan, settings: settings, logger: logger)
    let tuned = try TunedJob(file, path: write, overwrites: overwrite)
    let outcome = try await EndedBySignal.run { try await tuning.runUntilSignal() }
    try tuned.write(outcome)
    print(json ? outcome.jsonText : outcome.text, terminator: "")
    if !json { print("\(plan.name): the best is in \(tuned.path)") }
  }
}

/// Work that a signal may end.
enum EndedBySignal {
  /// Does some work; where a signal ended it, says so and ends the process as the signal would have.
  static func run<Result>(_ work: () async throws -> Result) async throws -> Result {
    do {
      return try await work()
    } catch let error as JobError {
      if let interrupted = error.cause as? Interrupted {
        Diagnostics.report(error)
        interrupted.endProcess()
      }
      throw error
    }
  }
}
