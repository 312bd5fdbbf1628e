import Kernels
import Ratings

extension BayesianFMModel {
  /// The kept samples and what belongs to them.
  ///
  /// A tensor of samples has the shape rows × (factors + 1) × samples, the linear term first; that of
  /// features that have some of the factors only has no room for the others.
  /// `user_samples` and `item_samples` are what is fixed of a user and an item, added up, their linear
  /// terms less half the squares of the factors; `rater_samples`, `rated_samples`, `cross_samples`,
  /// `day_samples` and `neighbour_samples` are features. `global_samples` has w₀, the variance of the
  /// noise, and the cut-points of the ordered probit.
  public var tensors: [NamedTensor] {
    tensorParts.map {
      NamedTensor(name: $0.shape.name, shape: $0.shape.shape, values: $0.values())
    }
  }

  /// The names and shapes of the tensors: the samples are large.
  public var tensorShapes: [TensorShape] { tensorParts.map(\.shape) }

  /// The tensors, with a way to their values.
  private var tensorParts: [(shape: TensorShape, values: () -> [Float])] {
    let samples = details.samples
    var found: [(shape: TensorShape, values: () -> [Float])] = []
    func add(_ name: String, _ shape: [Int], _ values: @escaping () -> [Float]) {
      found.append((TensorShape(name: name, shape: shape), values))
    }
    func add(_ name: String, _ table: EmbeddingTable?) {
      guard let table else { return }
      add(name, [table.rows, table.dimension / store.lanes, samples]) { sampleValues(of: table) }
    }
    add("user_samples", store.users)
    add("item_samples", store.items)
    add("rater_samples", store.raters)
    add("rated_samples", store.rated)
    add("cross_samples", store.cross)
    add("day_samples", store.days)
    add("neighbour_samples", store.neighbours)
    let (users, items) = (configuration.users, configuration.items)
    add("global_samples", [store.globals.rows, samples]) {
      store.globals.values(columns: 0..<samples)
    }
    add("user_means", [users]) { parts.standardization.means }
    add("user_spreads", [users]) { parts.standardization.spreads }
    if let cross = parts.cross {
      // Whole numbers below 2²⁴ are exact as floats.
      add("cross_features", [users, cross.width]) { cross.features.map { Float($0) } }
      add("item_kinds", [items, cross.width]) { cross.itemColumns }
    }
    if let days = parts.days {
      add("days", [days.days.count]) { days.days.map { Float($0) } }
    }
    if store.neighbours != nil {
      add("neighbour_bounds", [RatingHistory.means, NeighbourFeatures.bins - 1]) { parts.bounds }
      add("recent_means", [users, RatingHistory.means]) { parts.recentMeans }
    }
    return found
  }

  /// A table of samples without the lanes that fill up its rows.
  private func sampleValues(of table: EmbeddingTable) -> [Float] {
    let (samples, lanes, stride) = (details.samples, store.lanes, table.stride)
    let groups = table.dimension / lanes
    var values: [Float] = []
    values.reserveCapacity(table.rows * groups * samples)
    table.withValues { span in
      for row in 0..<table.rows {
        for group in 0..<groups {
          let start = row * stride + group * lanes
          for lane in start..<start + samples { values.append(span[lane]) }
        }
      }
    }
    return values
  }

  /// Creates the model from the tensors of a bundle.
  init(
    _ configuration: ModelConfiguration, details: BayesianFMDetails, tensors: [NamedTensor],
    trainingCounts: TrainingCounts, history: RatingHistory? = nil
  ) throws(ModelError) {
    let lookup = TensorLookup(tensors: tensors)
    let (users, items) = (configuration.users, configuration.items)
    let (factors, samples) = (configuration.factors, details.samples)
    guard samples > 0, samples <= SampleRows.mostSamples else {
      throw .wrongShape(name: "user_samples", expected: [users, factors + 1, 1], actual: [])
    }
    func rows(of name: String) -> Int {
      tensors.first { $0.name == name }?.shape.first ?? 0
    }
    /// The factors of the first of some tensors that is there; a file may say anything.
    func factorCount(of names: String...) -> Int {
      let found = tensors.first { names.contains($0.name) && $0.shape.count == 3 }
      return min(max((found?.shape[1] ?? 0) - 1, 0), factors)
    }
    let names = Set(details.features)
    let hasCross = names.contains(.userGenre) || names.contains(.userDecade)
    let crossFeatures = rows(of: "cross_samples")
    var store = SampleStore(
      shape: SampleShape(
        factors: factors, samples: samples, users: users, items: items,
        hasImplicit: names.contains(.implicit),
        crossFeatures: hasCross && crossFeatures > 0 ? crossFeatures : nil,
        crossFactors: factorCount(of: "cross_samples"),
        days: names.contains(.day) ? rows(of: "day_samples") : nil,
        hasNeighbours: names.contains(.timeNeighbours),
        timeFactors: factorCount(of: "day_samples", "neighbour_samples"),
        cuts: max(details.levels.count - 1, 0)))
    let lanes = store.lanes
    func fill(_ table: inout EmbeddingTable, _ name: String) throws(ModelError) {
      let (count, stride, groups) = (table.rows, table.stride, table.dimension / lanes)
      let values = try lookup.values(name, shape: [count, groups, samples])
      table.withMutableValues { span in
        var next = 0
        for row in 0..<count {
          for group in 0..<groups {
            for lane in 0..<samples {
              span[row * stride + group * lanes + lane] = values[next]
              next += 1
            }
          }
        }
      }
    }
    func fill(_ table: inout EmbeddingTable?, _ name: String) throws(ModelError) {
      guard var filled = table else { return }
      try fill(&filled, name)
      table = filled
    }
    try fill(&store.users, "user_samples")
    try fill(&store.items, "item_samples")
    try fill(&store.raters, "rater_samples")
    try fill(&store.rated, "rated_samples")
    try fill(&store.cross, "cross_samples")
    try fill(&store.days, "day_samples")
    try fill(&store.neighbours, "neighbour_samples")
    let globals = try lookup.values("global_samples", shape: [store.globals.rows, samples])
    for row in 0..<store.globals.rows {
      for lane in 0..<samples { store.globals[row, lane] = globals[row * samples + lane] }
    }
    let standardization = UserStandardization(
      means: try lookup.values("user_means", shape: [users]),
      spreads: try lookup.values("user_spreads", shape: [users]))
    var cross: CrossFeatures?
    if hasCross {
      let width = tensors.first { $0.name == "cross_features" }?.shape.last ?? 0
      cross = CrossFeatures(
        features: try lookup.values("cross_features", shape: [users, width]),
        itemColumns: try lookup.values("item_kinds", shape: [items, width]), items: items,
        width: width)
      guard cross?.greatestFeature ?? 0 <= crossFeatures else {
        throw .wrongShape(
          name: "cross_samples", expected: [cross?.greatestFeature ?? 0, factors + 1, samples],
          actual: [crossFeatures, factors + 1, samples])
      }
    }
    var days: DayFeatures?
    if let table = store.days {
      days = DayFeatures(days: try lookup.values("days", shape: [table.rows]).map { Int64($0) })
    }
    let hasNeighbours = store.neighbours != nil
    self.init(
      configuration, details: details,
      parts: Parts(
        standardization: standardization, cross: cross, days: days,
        bounds: hasNeighbours
          ? try lookup.values(
            "neighbour_bounds", shape: [RatingHistory.means, NeighbourFeatures.bins - 1]) : [],
        recentMeans: hasNeighbours
          ? try lookup.values(
            "recent_means", shape: [users, RatingHistory.means]) : [],
        history: history),
      store: store, trainingCounts: trainingCounts)
  }

  /// Creates the model from the tensors of a bundle, which has its details in the configuration.
  init(
    _ configuration: ModelConfiguration, tensors: [NamedTensor], trainingCounts: TrainingCounts
  ) throws(ModelError) {
    guard case .bayesianFM(let details) = configuration.details else {
      throw .unsupported(type: configuration.type)
    }
    try self.init(
      configuration, details: details, tensors: tensors, trainingCounts: trainingCounts)
  }

  /// Creates the model from its tensors and the rows that it was trained on, as it was then.
  static func restored(
    _ configuration: ModelConfiguration, options: BayesianFMOptions, tensors: [NamedTensor],
    inputs: TrainingInputs
  ) throws(ModelError) -> BayesianFMModel {
    let counts = TrainingCounts(inputs.ratings, users: inputs.users, items: inputs.items)
    let encoding = FeatureEncoding(inputs, names: options.features, counts: counts)
    let (parts, asOf) = BayesianFMTraining.parts(
      inputs.ratings, encoding: encoding, options: options)
    let samples = tensors.first { $0.name == "global_samples" }?.shape.last ?? 0
    let details = BayesianFMDetails(
      samples: samples, features: encoding.names,
      levels: options.likelihood == .orderedProbit
        ? BayesianFMTraining.levels(of: inputs.ratings) : [], asOf: asOf)
    return try BayesianFMModel(
      configuration, details: details, tensors: tensors, trainingCounts: counts,
      history: parts.history)
  }
}
