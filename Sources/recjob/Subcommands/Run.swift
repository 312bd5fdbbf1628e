import ArgumentParser
import Foundation
import Job
import Logging

/// The job file of a command, with what the command line changes in it.
struct JobOptions: ParsableArguments {
  @Argument(help: "The job file.", completion: .file(extensions: ["json"]))
  var job: String

  @Option(
    name: .customLong("set"),
    help: ArgumentHelp(
      "Put a value in the place of the job file's, for example training.seed=3; may be repeated.",
      valueName: "path=value"))
  var overrides: [String] = []

  @Option(help: "The output directory, in place of the job file's.")
  var output: String?

  func validate() throws {
    for override in overrides where JobOverride(argument: override) == nil {
      throw ValidationError(
        "--set \(override): write path=value, for example training.seed=3.")
    }
  }

  /// Reads and checks the job file.
  func load() throws -> (JobFile, Plan) {
    let file = try JobFile(
      contentsOf: job, overrides: overrides.compactMap { JobOverride(argument: $0) })
    var plan = try Plan(file)
    if let output { plan.output.directory = Self.absolute(output) }
    return (file, plan)
  }

  // The job's own paths are relative to its file; those of the command line to where it is typed.
  private static func absolute(_ path: String) -> String {
    path.hasPrefix("/") ? path : FileManager.default.currentDirectoryPath + "/" + path
  }
}

struct Run: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Run a job: fetch, train, evaluate, recommend, publish.",
    discussion: """
      EXAMPLES
        recjob run jobs/movielens-small.json
        recjob run job.json --set model.factors=32 --output /srv/recommendations
        recjob run job.json --print-plan
      """)

  @OptionGroup var job: JobOptions
  @OptionGroup var logging: LoggingOptions

  @Option(help: "The number of threads; the results do not depend on it.")
  var threads: Int?

  @Flag(
    help: ArgumentHelp(
      "Print the job with every default filled in, and stop; a guess of the memory it takes goes to "
        + "the standard error."))
  var printPlan = false

  @Flag(help: "Publish even what the gates refuse; the run records it.")
  var ignoreGates = false

  @Flag(help: "Run even if the newest run has the same plan, data and program.")
  var force = false

  func validate() throws {
    if let threads, threads < 1 { throw ValidationError("--threads takes 1 or more.") }
  }

  func run() async throws {
    let (file, plan) = try job.load()
    if printPlan {
      print(plan.text, terminator: "")
      let line = "\(plan.name): \(MemoryForecast(file, plan, threads: threads).line)\n"
      FileHandle.standardError.write(Data(line.utf8))
      return
    }
    var settings = RunSettings()
    settings.threads = threads
    settings.ignoresGates = ignoreGates
    settings.runsUnchanged = force
    var logger = logging.makeLogger()
    logger[metadataKey: "job"] = "\(plan.name)"
    let runner = JobRunner(jobFile: file, plan: plan, settings: settings, logger: logger)
    do {
      let task = Task { try await runner.run() }
      let watch = settings.interruption.watch(logger: logger) { task.cancel() }
      defer { withExtendedLifetime(watch) {} }
      report(try await task.value, name: plan.name, logger)
    } catch {
      fail(error as? JobError ?? JobError(stage: .plan, cause: error), logger)
    }
  }

  private func report(_ outcome: RunOutcome, name: String, _ logger: Logger) {
    let (line, directory) =
      switch outcome {
      case .published(let summary): (summary.line, summary.directory)
      case .unchanged(let run): (run.line, run.directory)
      }
    logger.notice("Run ended", metadata: ["run": "\(directory)"])
    print("\(name): \(line)\n\(name): results in \(directory)")
  }

  /// Says what failed, in one line, and ends the process as it must end.
  private func fail(_ error: JobError, _ logger: Logger) -> Never {
    if logging.logFormat == .json {
      // Where records are read, the failure is one.
      logger.error(
        "Run failed", metadata: ["stage": "\(error.stage.rawValue)", "reason": "\(error.cause)"])
    } else {
      Diagnostics.report(error)
    }
    if let interrupted = error.cause as? Interrupted { interrupted.endProcess() }
    Foundation.exit(ExitStatus(error).rawValue)
  }
}
