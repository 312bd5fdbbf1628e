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
  static func absolute(_ path: String) -> String {
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
    let (file, plan) = try load()
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
    settings.progress = logging.makeProgress()
    let tail = LogTail()
    var logger = logging.makeLogger(tail: tail, progress: settings.progress)
    logger[metadataKey: "job"] = "\(plan.name)"
    let report = await MonitoredRun(jobFile: file, plan: plan, tail: tail, logger: logger).run {
      [logger, settings] observer throws(JobError) in
      let runner = JobRunner(
        jobFile: file, plan: plan, settings: settings, logger: logger, observer: observer)
      return try await runner.runUntilSignal()
    }
    finish(report, logger)
  }

  /// Reads the job; where the log is for programs, so is the record of a job that cannot be read.
  private func load() throws -> (JobFile, Plan) {
    do {
      return try job.load()
    } catch let error as PlanError where logging.logFormat == .json {
      let status = ExitStatus(error).rawValue
      logging.makeLogger().error("Run failed", metadata: RunReport.metadata(of: error))
      throw ExitCode(status)
    }
  }

  /// Ends the log with its summary and the program as it must end.
  private func finish(_ report: RunReport, _ logger: Logger) {
    switch report.ending {
    case .published(let summary):
      logger.notice(report.message, metadata: report.metadata)
      print(
        """
        \(report.job): \(summary.line)
        \(report.job): a page to look at is \(summary.directory)/report.html
        \(report.job): results in \(summary.directory)
        """)
    case .unchanged(let run):
      logger.notice(report.message, metadata: report.metadata)
      print("\(report.job): \(run.line)\n\(report.job): results in \(run.directory)")
    case .failed(let error):
      // One record for the failure: keys and values where programs read it, else a sentence.
      if logging.logFormat == .json {
        logger.error(report.message, metadata: report.metadata)
      } else {
        var logger = logger
        logger[metadataKey: "job"] = nil
        logger.error("\(report.message): \(report.sentence)")
      }
      if let interrupted = error.cause as? Interrupted { interrupted.endProcess() }
      Foundation.exit(report.exitStatus)
    }
  }
}
