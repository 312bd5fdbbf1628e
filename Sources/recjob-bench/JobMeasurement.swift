import Foundation
import Job
import Storage

/// A whole run of the program on a generated dataset.
struct JobMeasurement {
  /// A run that did not end well.
  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  let program: String
  let scratch: String
  let seed: UInt32
  let threads: Int
  let overrides: [String]
  let progress: ProgressLine

  /// Generates the dataset unless it is there, runs the job on it as often as asked, and returns
  /// the result of the run with the median time.
  func measure(ratings: Int, repeats: Int) throws -> [JSONMember] {
    let (archive, description) = try dataset(DatasetShape(ratings: ratings))
    let runs = try (1...repeats).map { number in
      progress.show("job on \(ratings) ratings: run \(number) of \(repeats)")
      return try run(on: archive, ratings: ratings)
    }.sorted { $0.wall < $1.wall }
    let middle = runs[repeats / 2]
    progress.clear()
    let floor = description["planted_floor_rmse"]?.doubleValue
    let error = middle.metrics["evaluation"]?["model"]?["rmse"]?.doubleValue
    let result: JSONValue = [
      "measure": "job",
      "ratings": description["ratings"] ?? .null,
      "users": description["users"] ?? .null,
      "items": description["items"] ?? .null,
      "dataset_bytes": .integer(try FileSystem.fileSize(archive)),
      "threads": .integer(threads),
      "overrides": .array(overrides.map { .string($0) }),
      "repeats": .integer(repeats),
      "seconds": .seconds(middle.wall),
      "user_seconds": .seconds(middle.user ?? .nan),
      "system_seconds": .seconds(middle.system ?? .nan),
      "peak_memory_bytes": middle.record["peak_memory_bytes"] ?? .null,
      "stage_seconds": middle.record["stage_seconds"] ?? .null,
      "epochs": middle.metrics["training"]?["epochs"] ?? .null,
      "test_rmse": error.map { JSONValue.numberOrNull($0) } ?? .null,
      "baseline_rmse": middle.metrics["evaluation"]?["baseline"]?["rmse"] ?? .null,
      "planted_floor_rmse": floor.map { JSONValue.numberOrNull($0) } ?? .null,
    ]
    return result.objectValue ?? []
  }

  /// The path of a dataset and its description.
  private func dataset(_ shape: DatasetShape) throws -> (archive: String, JSONValue) {
    let archive = PathName.joined(scratch, "generated-\(shape.ratings)-\(seed).zip")
    let sidecar = archive + ".json"
    if FileSystem.exists(sidecar) {
      return (archive, try JSONParser.parseValue(FileSystem.readBytes(sidecar), path: sidecar))
    }
    // The description comes last: without it, the archive was not finished.
    if FileSystem.exists(archive) { try FileSystem.removeFile(archive) }
    var writer = DatasetWriter(
      shape: shape, seed: seed, format: .zip,
      threads: ProcessInfo.processInfo.activeProcessorCount)
    let progress = progress
    writer.onProgress = { progress.show("generating: \($0) of \(shape.ratings) ratings") }
    return (archive, try writer.write(to: archive))
  }

  private struct Run {
    let wall: Double
    let user: Double?
    let system: Double?
    let record: JSONValue
    let metrics: JSONValue
  }

  private func run(on archive: String, ratings: Int) throws -> Run {
    let directory = PathName.joined(scratch, "job-\(ratings)")
    if FileSystem.exists(directory) { try FileSystem.removeTree(directory) }
    try FileSystem.makeDirectory(directory)
    let job = PathName.joined(directory, "job.json")
    try DurableFile.write(Self.job(archive).prettyText(), to: job)

    let process = Process()
    process.executableURL = URL(filePath: program)
    process.arguments =
      ["run", job, "--quiet", "--threads", "\(threads)"] + overrides.flatMap { ["--set", $0] }
    process.standardOutput = FileHandle.nullDevice
    let before = MachineFacts.childSeconds
    let wall = try ContinuousClock().measure {
      try process.run()
      process.waitUntilExit()
    }
    guard process.terminationStatus == 0 else {
      throw Failure(description: "recjob ended with \(process.terminationStatus).")
    }
    let after = MachineFacts.childSeconds
    func spent(_ part: ((user: Double, system: Double)) -> Double) -> Double? {
      guard let before, let after else { return nil }
      return part(after) - part(before)
    }
    func document(_ name: String) throws -> JSONValue {
      let path = PathName.joined(directory, "out/latest/" + name)
      return try JSONParser.parseValue(FileSystem.readBytes(path), path: path)
    }
    return try Run(
      wall: Samples.seconds(wall), user: spent(\.user), system: spent(\.system),
      record: document("run.json"), metrics: document("metrics.json"))
  }

  /// The job that is measured: a linear model on all ratings that are not held out, a fixed number
  /// of epochs, the ten best for every user, everything written.
  private static func job(_ archive: String) -> JSONValue {
    [
      "name": "generated",
      "dataset": ["sources": [.string(archive)]],
      "split": ["validation_fraction": 0],
      "model": ["type": "biased-dot", "factors": 50, "link": "identity"],
      "training": ["max_epochs": 12, "early_stopping": nil, "refit": "none"],
      "recommend": ["k": 10, "rank_by": "rating"],
      "output": ["directory": "out"],
    ]
  }
}
