import Acquisition
import Foundation
public import Logging
import Publishing
import Storage

/// A reason why a run was not reproduced.
public enum ReproductionError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The directory is not a published run.
  case notARun(path: String)
  /// The results differ; the details name the first differing file, epoch and tensor.
  case differs(run: String, files: [String], details: [String])

  /// One sentence, and a line for each detail.
  public var description: String {
    switch self {
    case .notARun(let path):
      "\(path) is not a published run: it has no plan.json and manifest.json; give a run "
        + "directory, or an output directory for its latest run"
    case .differs(let run, let files, let details):
      (["\(run) was not reproduced: \(files.joined(separator: ", ")) differ"] + details)
        .joined(separator: "\n  ")
    }
  }
}

/// Runs a published run's plan again, in a directory that is removed afterwards, and compares every
/// file that the plan and the data determine.
public struct Reproduction: Sendable {
  private let run: String
  private let threads: Int?
  private let logger: Logger

  /// Prepares to reproduce a run, or the latest run of an output directory.
  public init(path: String, threads: Int?, logger: Logger) throws(ReproductionError) {
    let latest = PathName.joined(path, "latest")
    let run = (try? FileSystem.resolved(latest)) ?? path
    guard FileSystem.isRegularFile(PathName.joined(run, "plan.json")),
      FileSystem.isRegularFile(PathName.joined(run, "manifest.json"))
    else { throw .notARun(path: path) }
    self.run = run
    self.threads = threads
    self.logger = logger
  }

  /// The files that are records of the run and not results of it.
  static let records: Set<String> = [
    "run.json", "plan.json", "changes.json", "report.html", RunStatements.provenanceName,
    RunStatements.lineageName,
  ]

  /// Runs the plan again and compares.
  ///
  /// The dataset is that of the run, by its hash, from the cache or else from the sources.
  ///
  /// - Returns: The number of files that are the same, byte for byte.
  /// - Throws: ``ReproductionError/differs(run:files:details:)`` if one is not, or what kept the plan
  ///   from running.
  public func check() async throws -> Int {
    let record = try JSONParser.parseValue(
      FileSystem.readBytes(PathName.joined(run, "run.json")), path: "run.json")
    var overrides: [JobOverride] = []
    if let digest = record["dataset"]?["sha256"]?.stringValue {
      // Whatever the job pinned, it is this data that the run was made of.
      overrides = ["dataset.sha256=\"\(digest)\"", "dataset.pin=\"none\""].compactMap {
        JobOverride(argument: $0)
      }
    }
    if let digest = record["dataset"]?["items"]?["sha256"]?.stringValue {
      overrides += [JobOverride(argument: "dataset.items.sha256=\"\(digest)\"")].compactMap(\.self)
    }
    let jobFile = try JobFile(
      contentsOf: PathName.joined(run, "plan.json"), overrides: overrides)
    var plan = try Plan(jobFile)
    // A mirror that is packed differently holds the same ratings and yet other bytes.
    for source in plan.dataset.sources.indices { plan.dataset.sources[source].sha256 = nil }
    for source in plan.dataset.items.sources.indices {
      plan.dataset.items.sources[source].sha256 = nil
    }

    var clock = StageClock(logger: logger)
    let fetched = try await clock.run(.fetch) { try await DatasetFetch(jobFile, plan).run() }
    let dataset = try await clock.run(.read) {
      try DatasetReading.read(fetched, options: plan.dataset)
    }
    let result = try await JobComputation(
      plan: plan, threads: threads ?? plan.limits.threads ?? Machine.processorCount, logger: logger
    ).run(dataset, &clock)
    let scratch = PathName.joined(
      FileManager.default.temporaryDirectory.path, "recjob-\(UUID().uuidString)")
    defer { try? FileSystem.removeTree(scratch) }
    try FileSystem.makeDirectory(scratch)
    _ = try await result.write(
      to: scratch, plan: plan, resultPlan: plan.resultPlan(of: fetched), &clock)
    return try compare(with: scratch)
  }

  private func compare(with scratch: String) throws -> Int {
    let published = try Manifest(ofDirectory: run).entries
      .filter { !Self.records.contains($0.path) }
    let again = try Manifest(ofDirectory: scratch).entries
    let before = Dictionary(uniqueKeysWithValues: published.map { ($0.path, $0.sha256) })
    let after = Dictionary(uniqueKeysWithValues: again.map { ($0.path, $0.sha256) })
    let files = Set(before.keys).union(after.keys).sorted().filter { before[$0] != after[$0] }
    guard !files.isEmpty else { return published.count }
    throw ReproductionError.differs(
      run: run, files: files, details: RunDifference(run, scratch).details(of: files))
  }
}

/// Finds where two runs begin to differ.
struct RunDifference {
  private let first: String
  private let second: String

  init(_ first: String, _ second: String) {
    self.first = first
    self.second = second
  }

  /// What is known of each file that differs: the first epoch, the first tensor, the first line.
  func details(of files: [String]) -> [String] {
    files.compactMap { file in
      if file.hasSuffix(".safetensors") { return tensor(file) }
      if file.hasSuffix(".tar.gz") { return nil }
      return line(file)
    }
  }

  private func tensor(_ file: String) -> String? {
    do throws(PublishingError) {
      let name = try TensorComparison.firstDifference(
        PathName.joined(first, file), PathName.joined(second, file))
      return name.map { "\(file): the first tensor that differs is \($0)" }
    } catch {
      return "\(file): \(error)"
    }
  }

  private func line(_ file: String) -> String? {
    guard let one = try? FileSystem.readText(PathName.joined(first, file)),
      let other = try? FileSystem.readText(PathName.joined(second, file))
    else { return "\(file): only one run has it" }
    let lines = one.split(separator: "\n", omittingEmptySubsequences: false)
    let others = other.split(separator: "\n", omittingEmptySubsequences: false)
    var number = 0
    while number < min(lines.count, others.count), lines[number] == others[number] { number += 1 }
    if file == "history.csv", number < lines.count {
      let fields = lines[number].split(separator: ",", omittingEmptySubsequences: false)
      if fields.count > 1 {
        return "\(file): the first epoch that differs is \(fields[0]) \(fields[1])"
      }
    }
    return "\(file): the first line that differs is \(number + 1)"
  }
}
