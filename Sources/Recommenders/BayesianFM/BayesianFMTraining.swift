import Kernels
import Ratings

/// A `bayesian-fm` model while it is sampled: an epoch is one Gibbs iteration of every chain.
///
/// The first iterations are burnt. Of the rest, evenly spaced ones are kept, those of all chains at the
/// same time; until there is one, the last iteration of all chains stands for them.
struct BayesianFMTraining: EpochTraining {
  private let configuration: ModelConfiguration
  private let options: BayesianFMOptions
  private let encoding: FeatureEncoding
  private let parts: BayesianFMModel.Parts
  private let levels: [Float]
  private let asOf: Int64?
  private let validation: RatingColumns
  private let counts: TrainingCounts
  private let threads: Int
  private var samplers: [FMSampler]
  private var kept: KeptSamples
  private var epochs = 0
  private var validated: (loss: Double, rmse: Double)?

  /// Prepares sampling; the rank is the number of factors of the configuration.
  ///
  /// - Throws: ``TrainingError`` if a feature is asked for that the data does not have.
  init(
    _ configuration: ModelConfiguration, options: BayesianFMOptions, inputs: TrainingInputs
  ) throws(TrainingError) {
    let (ratings, seed, threads) = (inputs.ratings, inputs.seed, inputs.threads)
    self.configuration = configuration
    self.options = options
    self.threads = threads
    validation = Self.columns(of: inputs.validation)
    if let name = Self.missingFeature(options, inputs) {
      throw .unsuitable(
        model: .bayesianFM,
        reason: "they do not have what the feature \(name.rawValue) is made of; leave it out of "
          + "model.features")
    }
    counts = TrainingCounts(ratings, users: inputs.users, items: inputs.items)
    encoding = FeatureEncoding(inputs, names: options.features, counts: counts)
    let isProbit = options.likelihood == .orderedProbit
    let levels = isProbit ? Self.levels(of: ratings) : []
    self.levels = levels
    let blocks = encoding.blocks(ratings)
    let (parts, asOf) = Self.parts(ratings, encoding: encoding, options: options)
    (self.parts, self.asOf) = (parts, asOf)
    let standardization = parts.standardization
    let targets: [Float] = (0..<ratings.count).map { position in
      let row = ratings.row(at: position)
      let value = ratings.columns.values[row]
      if isProbit { return Float(Self.level(of: value, in: levels)) }
      let user = ratings.columns.users[row].position
      return (value - standardization.means[user]) / standardization.spreads[user]
    }
    let chainThreads = max(1, threads / max(options.chains, 1))
    let likelihood: FMLikelihood =
      isProbit ? .orderedProbit(levels: levels.count) : .gaussian
    let data = FMSamplerData(blocks: blocks, targets: targets)
    samplers = (0..<max(options.chains, 1)).map { chain in
      var chosen = FMSamplerOptions()
      chosen.rank = configuration.factors
      chosen.seed = seed
      chosen.chain = UInt32(chain)
      chosen.likelihood = likelihood
      return FMSampler(data, options: chosen, threads: chainThreads)
    }
    let store = SampleStore(
      shape: SampleShape(
        factors: configuration.factors, samples: options.lanesNeeded, users: configuration.users,
        items: configuration.items, hasImplicit: encoding.hasImplicit,
        crossFeatures: encoding.cross.flatMap { $0.count > 0 ? $0.count : nil },
        crossFactors: FactorShare.broad.count(of: configuration.factors),
        days: encoding.days?.days.count, hasNeighbours: encoding.neighbours != nil,
        timeFactors: FactorShare.time.count(of: configuration.factors),
        cuts: max(levels.count - 1, 0)))
    kept = KeptSamples(SampleFolding(encoding), store: store, threads: threads)
  }

  /// The first feature that is asked for by name and that the data does not have.
  private static func missingFeature(
    _ options: BayesianFMOptions, _ inputs: TrainingInputs
  ) -> ModelFeature? {
    let available = FeatureEncoding.available(inputs.ratings.columns, inputs.details)
    return options.features?.first { !available.contains($0) }
  }

  /// What predictions need besides samples, and the time of the newest row where one matters.
  static func parts(
    _ ratings: RatingSubset, encoding: FeatureEncoding, options: BayesianFMOptions
  ) -> (parts: BayesianFMModel.Parts, asOf: Int64?) {
    let users = encoding.userCount
    let standardizes = options.standardize == .user && options.likelihood == .gaussian
    var asOf: Int64?
    if encoding.names.contains(where: \.needsTime) {
      for position in 0..<ratings.count {
        let time = ratings.columns.timestamps[ratings.row(at: position)]
        asOf = max(asOf ?? time, time)
      }
    }
    let history = encoding.neighbours?.history
    let moment = asOf
    let parts = BayesianFMModel.Parts(
      standardization: standardizes
        ? UserStandardization(ratings, users: users)
        : UserStandardization(users: users, mean: 0, spread: 1),
      cross: encoding.cross, days: encoding.days, bounds: encoding.neighbours?.bounds ?? [],
      recentMeans: history.map { history in
        (0..<users).flatMap { history.means(before: moment ?? 0, of: $0) }
      } ?? [], history: history)
    return (parts, asOf)
  }

  var weights: [EmbeddingTable] {
    get { kept.store.tables }
    set { kept.store.tables = newValue }
  }

  var memory: [EmbeddingTable] {
    get { samplers.flatMap(\.state) }
    set {
      var first = 0
      for chain in samplers.indices {
        let count = samplers[chain].state.count
        samplers[chain].state = Array(newValue[first..<first + count])
        first += count
      }
    }
  }

  mutating func skip(epochs: Int) {
    self.epochs += epochs
    validated = nil
  }

  /// Draws every parameter of every chain once; returns the mean over the chains of the variance of
  /// the noise, which is in units of the users' spreads where ratings are standardised.
  mutating func trainEpoch(_ number: Int, learningRate: Float) throws(TrainingError) -> Double {
    let before = options.keptEvents(after: epochs)
    epochs += 1
    Parallel.update(&samplers, threads: threads) { $0.iterate(UInt32(number)) }
    let event = options.keptEvents(after: epochs)
    if event > before || event == 0 {
      let place = max(event - 1, 0) * samplers.count
      kept.keep(samplers.map(\.sample), lane: place)
      // Whoever asks for the model from now on finds it written.
      if validation.count > 0 || place + samplers.count == options.lanesNeeded { kept.write() }
      validated = validationError()
    }
    return samplers.reduce(0.0) { $0 + 1 / $1.noisePrecision } / Double(samplers.count)
  }

  func validate() -> (loss: Double, rmse: Double)? { validated ?? validationError() }

  private func validationError() -> (loss: Double, rmse: Double)? {
    guard validation.count > 0 else { return nil }
    let ratings = fittedModel().predictions(of: validation, threads: threads).ratings
    var squares = 0.0
    for row in ratings.indices {
      let error = Double(ratings[row]) - Double(validation.values[row])
      squares += error * error
    }
    let loss = squares / Double(ratings.count)
    return (loss, loss.squareRoot())
  }

  func model() -> any RatingPredictor { fittedModel() }

  /// The model of the samples so far.
  func fittedModel() -> BayesianFMModel {
    let samples = max(options.keptEvents(after: epochs), 1) * samplers.count
    return BayesianFMModel(
      configuration,
      details: BayesianFMDetails(
        samples: samples, features: encoding.names, levels: levels, asOf: asOf),
      parts: parts, store: kept.store, trainingCounts: counts)
  }

  private static func columns(of ratings: RatingSubset) -> RatingColumns {
    ratings.columns.selecting((0..<ratings.count).map { Int32(ratings.row(at: $0)) })
  }

  /// The distinct ratings, ascending.
  static func levels(of ratings: RatingSubset) -> [Float] {
    var levels: Set<Float> = []
    for position in 0..<ratings.count {
      levels.insert(ratings.columns.values[ratings.row(at: position)])
    }
    return levels.sorted()
  }

  private static func level(of value: Float, in levels: [Float]) -> Int {
    levels.firstIndex { $0 >= value } ?? levels.count - 1
  }
}

extension BayesianFMOptions {
  /// The number of epochs: the burn-in and the samples.
  public var epochs: Int { burnIn + samples }

  /// How many times samples of all chains are kept.
  private var events: Int { max(min(keptSamples / max(chains, 1), samples), 1) }

  /// The most samples that are kept.
  var lanesNeeded: Int { events * max(chains, 1) }

  /// How many times samples were kept by the end of an epoch.
  func keptEvents(after epochs: Int) -> Int {
    min(max(epochs - burnIn, 0), samples) * events / samples
  }
}
