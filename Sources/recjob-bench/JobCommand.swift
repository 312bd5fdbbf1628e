import ArgumentParser
import Foundation
import Job
import Storage

/// Measures the whole job.
struct JobCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "job",
    abstract: "Measure the whole job on generated datasets.",
    discussion: """
      Generates a zip for each number of ratings, keeps it in the scratch directory for the next
      time, and starts the recjob that stands beside this program: zip in, training, evaluation,
      lists for every user, CSV, JSON Lines and bundle out. Prints one JSON object for each size:
      the run with the median time, its processor time, peak memory and seconds by stage, and the
      test RMSE beside the planted floor (see recjob-bench generate --help).

      EXAMPLES
        recjob-bench job --ratings 20000000 --repeats 3 --scratch /var/tmp/bench
        recjob-bench job --ratings 1000000 --ratings 5000000 --scratch /var/tmp/bench
        recjob-bench job --ratings 1000000 --scratch b --set training.max_epochs=7
      """)

  @Option(help: "The number of ratings; may be repeated.")
  var ratings: [Int]

  @Option(help: "How often the job is run on each dataset.")
  var repeats = 1

  @Option(help: "The threads of the job. (default: as many as there are processors)")
  var threads: Int?

  @Option(help: "The seed of the datasets.")
  var seed: UInt32 = 1

  @Option(name: .customLong("set"), help: "Handed on to recjob run; may be repeated.")
  var overrides: [String] = []

  @Option(help: "A directory for datasets and runs.", completion: .directory)
  var scratch: String

  @OptionGroup var provenance: Provenance

  func validate() throws {
    if repeats < 1 { throw ValidationError("--repeats takes 1 or more.") }
    if let threads, threads < 1 { throw ValidationError("--threads takes 1 or more.") }
    for count in ratings {
      if let fault = DatasetShape(ratings: count).fault { throw ValidationError(fault) }
    }
  }

  func run() throws {
    try FileSystem.makeDirectory(scratch)
    let measurement = JobMeasurement(
      program: PathName.joined(
        PathName.parent(of: try FileSystem.readLink("/proc/self/exe")), "recjob"),
      scratch: try FileSystem.resolved(scratch), seed: seed,
      threads: threads ?? ProcessInfo.processInfo.activeProcessorCount, overrides: overrides,
      progress: ProgressLine())
    let origin = provenance.members
    for count in ratings {
      let result = try measurement.measure(ratings: count, repeats: repeats)
      print(JSONValue.object(result + origin).text())
    }
  }
}
