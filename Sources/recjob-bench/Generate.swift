import ArgumentParser
import Foundation
import Job
import Storage

extension DatasetFormat: ExpressibleByArgument {}

/// Writes a generated dataset.
struct Generate: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Write a generated dataset in MovieLens' layout.",
    discussion: """
      Ratings follow planted biases and ten planted factors with noise, in half stars; activity is
      log-normal, popularity Zipf-like. The same seed and counts give the same bytes.

      OUTPUT.json, written beside it and printed, has the planted floor: the RMSE of the planted
      rating, before noise and rounding, clipped to 0.5…5, against the half stars, over all ratings.
      No model can be expected to be better on held-out ratings.

      Without --users and --items, 20 M ratings have 138,000 users and 27,000 items, and other
      counts as many ratings a user and as many items; below 1 M the items shrink with the root.

      EXAMPLES
        recjob-bench generate --ratings 20000000 ml-20m.zip
        recjob-bench generate --ratings 100000 --seed 3 --format csv small
      """)

  @Option(help: "The number of ratings.")
  var ratings: Int

  @Option(help: "The number of users. (default: one for every 145 ratings)")
  var users: Int?

  @Option(help: "The number of items. (default: 27000, fewer below 1 M ratings)")
  var items: Int?

  @Option(help: "The seed of it all.")
  var seed: UInt32 = 1

  @Option(help: "A zip, or csv for a directory with plain files.")
  var format: DatasetFormat = .zip

  @Argument(help: "What to write; it must not exist.", completion: .file())
  var output: String

  private var shape: DatasetShape {
    DatasetShape(ratings: ratings, users: users, items: items)
  }

  func validate() throws {
    if let fault = shape.fault { throw ValidationError(fault) }
  }

  func run() throws {
    let progress = ProgressLine()
    var writer = DatasetWriter(
      shape: shape, seed: seed, format: format,
      threads: ProcessInfo.processInfo.activeProcessorCount)
    writer.onProgress = { progress.show("generating: \($0 / 1_000_000) M of \(ratings) ratings") }
    let description = try writer.write(to: output)
    progress.clear()
    print(description.text())
  }
}
