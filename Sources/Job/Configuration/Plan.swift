public import Publishing
public import Ratings
public import Recommenders
public import Storage

/// A job with every default filled in and every value checked.
public struct Plan: Equatable, Sendable {
  /// The name of the job.
  public var name: String
  /// The dataset.
  public var dataset: DatasetOptions
  /// Which rows are held out and watched.
  public var split = SplitOptions()
  /// The models; of several, ``select`` makes one.
  public var models = [ModelOptions()]
  /// How several models become one.
  public var select = SelectPolicy.best
  /// How `stack` does it.
  public var stack = StackOptions()
  /// How the model is trained.
  public var training = TrainingOptions()
  /// What is recommended.
  public var recommend = RecommendOptions()
  /// What is written.
  public var export = ExportOptions()
  /// Where it is published.
  public var output = OutputOptions()
  /// What it must fulfil.
  public var gates = GateOptions()
  /// Who is told how it went.
  public var monitoring = MonitoringOptions()
  /// What a run may use.
  public var limits = LimitOptions()
  /// The seconds to wait for a run that holds the output directory. The default is 0.
  public var lockWaitSeconds = 0
  /// The models that `recjob compare` trains; `nil` is every type with its defaults.
  public var compare: [ComparedModel]?
  /// What `recjob tune` searches.
  public var tune: TuneOptions?

  /// Creates the plan of a job that names only its dataset.
  public init(name: String, sources: [SourceOptions]) {
    self.name = name
    dataset = DatasetOptions(sources: sources)
    decideDefaults()
  }

  /// The plan that a job file is read over.
  static var prototype: Plan {
    var plan = Plan(name: "", sources: [])
    plan.output.directory = nil
    plan.training.refit = nil
    plan.model.givenFactors = nil
    plan.recommend.givenRankBy = nil
    return plan
  }

  /// Reads a job file, fills in the defaults and checks the combinations.
  ///
  /// Throws all faults at once, in the order of the file; those of `--set` come last.
  public init(_ file: JobFile) throws(PlanError) {
    var (plan, faults) = Self.read(file.root)
    faults += plan.searchFaults(in: file.root, besides: faults)
    guard faults.isEmpty else {
      throw .faulty(
        faults.sorted { $0.position.sortKey < $1.position.sortKey }.map { fault in
          JobFault(
            origin: file.origin(of: fault.position), pointer: fault.pointer, reason: fault.reason)
        })
    }
    plan.decideDefaults()
    self = plan
  }

  /// Reads a document as far as it can be read, without the defaults that depend on other keys, and
  /// finds what is wrong with it.
  static func read(_ root: JSONNode) -> (plan: Plan, faults: [StrictDecoder.Fault]) {
    var decoder = StrictDecoder()
    let plan = JobSchema.job.read(root, over: .prototype, &decoder) ?? .prototype
    for conflict in plan.conflicts()
    where !conflict.involved.contains(where: { decoder.hasFault(at: $0) }) {
      decoder.fault(
        conflict.reason, at: root.position(of: conflict.pointer), key: conflict.pointer,
        kind: .combination)
    }
    return (plan, decoder.faults)
  }

  /// Fills in the defaults that depend on other keys.
  mutating func decideDefaults() {
    if output.directory == nil {
      output.directory = "out/\(name)"
    }
    for number in models.indices {
      models[number].ease.threshold = recommend.relevanceThreshold
      if models[number].type.hasFactors { models[number].factors = models[number].factors }
    }
    if training.refit == nil {
      training.refit = split.validation == .test ? RefitPolicy.none : .train
    }
    if recommend.givenRankBy == nil {
      recommend.rankBy = models[0].type.isRelevance ? .rating : .relevance
    }
    if export.formats.contains(.resp), export.redisPrefix == nil {
      export.redisPrefix = "recjob:{\(name)}"
    }
  }

  /// The first model, which in most jobs is the only one.
  public var model: ModelOptions {
    get { models[0] }
    set { models[0] = newValue }
  }

  // MARK: Written form

  /// The whole plan, as a job file that gives this plan again.
  public func json() -> JSONValue {
    JobSchema.job.write(self)
  }

  /// The text of ``json()``, as `plan.json` has it.
  public var text: String { json().prettyText() }

  /// The keys that determine the bytes of the results, with the dataset, and the items where they are in
  /// a file of their own, named by digest.
  ///
  /// Sources, output, threads, limits, gates, monitoring and the job's name are not among them.
  public func resultPlan(
    datasetDigest: SHA256Digest, itemsDigest: SHA256Digest? = nil
  ) -> JSONValue {
    var members = [JSONMember(key: "sha256", value: .string(datasetDigest.hex))]
    if let itemsDigest {
      members.append(JSONMember(key: "items_sha256", value: .string(itemsDigest.hex)))
    }
    let dataset = json()["dataset"]
    for key in JobSchema.resultKeysOfDataset {
      guard var value = dataset?[key] else { continue }
      if key == "items", case .object(let keys) = value {
        value = .object(keys.filter { $0.key != "sources" && $0.key != "sha256" })
      }
      members.append(JSONMember(key: key, value: value))
    }
    let sections: [JSONMember] = JobSchema.resultSections.compactMap { key in
      guard var value = json()[key] else { return nil }
      if key == "export", case .object(let keys) = value {
        // What is not asked for leaves no trace, so that plans that are older than a key stay the same.
        value = .object(keys.filter { $0.value != .null })
      }
      if key == "recommend", recommend.candidates == CandidateOptions(),
        case .object(let keys) = value
      {
        value = .object(keys.filter { $0.key != "candidates" })
      }
      return JSONMember(key: key, value: value)
    }
    return .object([JSONMember(key: "dataset", value: .object(members))] + sections)
  }

  /// The SHA-256 of the canonical form of the whole plan.
  public var planHash: SHA256Digest {
    SHA256Digest(of: json().canonicalText())
  }

  /// The SHA-256 of the canonical form of the result plan.
  public func resultPlanHash(
    datasetDigest: SHA256Digest, itemsDigest: SHA256Digest? = nil
  ) -> SHA256Digest {
    SHA256Digest(
      of: resultPlan(datasetDigest: datasetDigest, itemsDigest: itemsDigest).canonicalText())
  }
}

extension Plan {
  /// Whether several models are stacked.
  var isStack: Bool { models.count > 1 && select == .stack }

  /// Whether the lists that are measured and those that are published ask for the same ranking keys.
  var remembersKeys: Bool { training.refit != .all && !recommend.isByKey }
}

extension TextPosition {
  /// The order of faults: by place in the file, then the overrides, whose line is 0.
  fileprivate var sortKey: (Int, Int) {
    (line == 0 ? .max : line, column)
  }
}
