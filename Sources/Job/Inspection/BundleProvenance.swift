import Publishing
import Storage

/// Where a bundle comes from: what its own files say, and the run that it lies in.
struct BundleProvenance: Sendable {
  /// The plan that determined its bytes.
  let resultPlan: JSONValue
  /// The SHA-256 of that plan.
  let planDigest: SHA256Digest
  /// What the run says of itself; `nil` for a bundle that lies in no run, or in that of another plan.
  let run: JSONValue?

  /// Looks beside a bundle that was read from a path for its run.
  init(_ bundle: ModelBundle, at path: String) {
    resultPlan = bundle.resultPlan
    planDigest = SHA256Digest(of: bundle.resultPlan.canonicalText())
    let digest = planDigest.hex
    run = Self.places(around: path).lazy.compactMap { place in
      PreviousRun(identifier: "", path: place).json("run.json")
    }.first { $0["result_plan_sha256"]?.stringValue == digest }
  }

  /// The directories that may be the bundle's run.
  private static func places(around path: String) -> [String] {
    guard FileSystem.isDirectory(path) else { return [PathName.parent(of: path)] }
    guard let directory = try? RunDirectory.resolvingLatest(path) else { return [] }
    let absolute = (try? FileSystem.resolved(directory)) ?? directory
    return [absolute, PathName.parent(of: absolute)]
  }

  /// What there is to say, by name.
  var facts: [(name: String, value: String)] {
    var facts: [(String, String)] = []
    let dataset = resultPlan["dataset"]
    if let source = run?["dataset"]?["source"]?.stringValue {
      facts.append(("source", source.printable))
    }
    facts.append(("data", "SHA-256 " + (dataset?["sha256"]?.stringValue ?? "unknown")))
    if let items = dataset?["items"]?["sha256"]?.stringValue {
      facts.append(("items", "SHA-256 " + items))
    }
    facts.append(("split", split))
    facts.append(("plan", "SHA-256 " + planDigest.hex))
    guard let run else {
      facts.append(("run", "unknown; the bundle does not lie in the run that made it"))
      return facts
    }
    facts.append(
      (
        "run",
        "\(run["run"]?.stringValue ?? "unknown"), finished "
          + (run["finished"]?.stringValue ?? "at an unknown time")
      ))
    let commit = run["program_commit"]?.stringValue.map { ", commit \($0.prefix(12))" } ?? ""
    facts.append(
      ("program", "recjob \(run["program_version"]?.stringValue ?? "unknown")\(commit)"))
    return facts
  }

  private var split: String {
    guard let split = resultPlan["split"] else { return "unknown" }
    func percent(_ key: String) -> String {
      split[key]?.doubleValue.map { FigureText.short($0 * 100, digits: 2) + " %" } ?? "some"
    }
    let validation =
      split["validation"]?.stringValue == "test"
      ? "which training watched"
      : "\(percent("validation_fraction")) of the rest for validation"
    let seed = split["seed"]?.intValue.map { ", seed \($0)" } ?? ""
    return "\(split["strategy"]?.stringValue ?? "unknown"): \(percent("test_fraction")) held out, "
      + validation + seed
  }

  /// The same for other programs; `null` where there is no run.
  var json: JSONValue {
    [
      "dataset_sha256": resultPlan["dataset"]?["sha256"] ?? .null,
      "items_sha256": resultPlan["dataset"]?["items"]?["sha256"] ?? .null,
      "split": resultPlan["split"] ?? .null,
      "result_plan_sha256": .string(planDigest.hex),
      "run": run?["run"] ?? .null,
      "finished": run?["finished"] ?? .null,
      "program_version": run?["program_version"] ?? .null,
      "program_commit": run?["program_commit"] ?? .null,
      "source": run?["dataset"]?["source"] ?? .null,
    ]
  }
}
