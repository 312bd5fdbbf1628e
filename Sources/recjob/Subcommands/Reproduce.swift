import ArgumentParser
import Job

struct Reproduce: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Run a published run's plan again and compare every byte.",
    discussion: """
      The result is written to a scratch directory, compared, and removed. The exit
      status is 65 if a file differs; the first differing epoch and tensor are
      named.

      EXAMPLES
        recjob reproduce jobs/out/movielens-small
        recjob reproduce films/runs/20261123T020000Z-1a2b3c4d
      """)

  @Argument(
    help: ArgumentHelp("The run, or an output directory for its latest run.", valueName: "run"),
    completion: .directory)
  var path: String

  @Option(help: "The number of threads; the results do not depend on it.")
  var threads: Int?

  @OptionGroup var logging: LoggingOptions

  func validate() throws {
    if let threads, threads < 1 { throw ValidationError("--threads takes 1 or more.") }
  }

  func run() async throws {
    let files = try await Reproduction(
      path: path, threads: threads, logger: logging.makeLogger()
    ).check()
    print("\(path): reproduced, \(files) files are the same byte for byte")
  }
}
