import Publishing
import Ratings
import Recommenders
import Storage

/// A bundle so small that its numbers can be checked by hand.
///
/// Users `7`, `20`, `100` and items `1`, `2`, `30`, `400`; user `100` has rated all items.
enum TinyBundle {
  static let metrics: JSONValue = ["test": ["rmse": 0.75, "rows": 2]]
  static let plan: JSONValue = ["dataset": ["sha256": "00ff"], "recommend": ["k": 2]]
  static let training: JSONValue = [
    "optimizer": "adam", "learning_rate": 0.001, "l2": 0.000001, "epochs": 3, "batch_size": 64,
    "seed": 7, "refit": "train", "trained_on": "train",
  ]

  /// The dataset; its rows are in no order.
  static func dataset(titles: Bool = true) throws(RatingsError) -> RatingsDataset {
    var raw = RawRatings(file: "ratings.csv")
    let rows: [(String, String, Float)] = [
      ("100", "400", 5), ("7", "2", 3.5), ("20", "30", 0.5), ("100", "1", 4), ("7", "1", 4.5),
      ("100", "30", 1), ("100", "2", 2),
    ]
    for (user, item, value) in rows { raw.append(user: user, item: item, value: value) }
    var items = RawItems(file: "movies.csv")
    items.append(
      label: "1", details: ItemDetails(title: "Toy Story (1995)", genres: ["Comedy", "Fantasy"]))
    items.append(
      label: "2", details: ItemDetails(title: "Say \"Hi\", Bob", genres: ["Drama"]))
    items.append(label: "30", details: ItemDetails(title: "=SUM(A1)", genres: []))
    return try RatingsDataset(raw: raw, items: titles ? items : nil, options: ParsingOptions())
  }

  static func configuration(
    _ type: ModelType = .biasedDot, link: Link = .sigmoid, cold: ColdPolicy = .knownTerms
  ) -> ModelConfiguration {
    ModelConfiguration(
      type: type, users: 3, items: 4, factors: type == .bias ? 0 : 3,
      hidden: type == .neural ? [2] : [], link: link, cold: cold,
      scale: RatingScale(minimum: 0.5, maximum: 5), trainMean: 3.3)
  }

  /// A machine with every kind of feature, of two samples of three factors.
  static func machine(levels: [Float] = []) -> ModelConfiguration {
    var model = configuration(.bayesianFM, link: .identity)
    model.details = .bayesianFM(
      BayesianFMDetails(
        samples: 2, features: [.implicit, .genres, .userGenre, .day, .timeNeighbours],
        levels: levels, asOf: 2 * 86_400 + 5))
    return model
  }

  static let counts = TrainingCounts(users: [2, 1, 2], items: [2, 2, 1, 0])

  static func model(
    _ configuration: ModelConfiguration = configuration()
  ) throws(ModelError) -> any RatingPredictor {
    try ModelRestoration.model(
      configuration, tensors: tensors(configuration), trainingCounts: counts)
  }

  /// Tensors of small, distinct, exactly representable numbers.
  private static func tensors(_ configuration: ModelConfiguration) -> [NamedTensor] {
    func tensor(_ name: String, _ shape: [Int], step: Int) -> NamedTensor {
      let count = shape.reduce(1, *)
      let values = (0..<count).map { Float(($0 * step + 5) % 17 - 8) / 8 }
      return NamedTensor(name: name, shape: shape, values: values)
    }
    let factors = configuration.factors
    var tensors: [NamedTensor] = []
    if configuration.type == .bayesianFM {
      for (name, rows) in [
        ("user", 3), ("item", 4), ("rater", 3), ("rated", 4), ("cross", 2), ("day", 2),
        ("neighbour", 42),
      ] {
        tensors.append(tensor("\(name)_samples", [rows, 4, 2], step: rows))
      }
      var cuts = 0
      if case .bayesianFM(let details) = configuration.details {
        cuts = max(details.levels.count - 1, 0)
      }
      tensors.append(tensor("global_samples", [2 + cuts, 2], step: 3))
      tensors.append(tensor("user_means", [3], step: 5))
      tensors.append(
        NamedTensor(name: "user_spreads", shape: [3], values: [0.5, 1, 0.75]))
      tensors.append(
        NamedTensor(name: "cross_features", shape: [3, 2], values: [0, 1, 0, 0, 2, 0]))
      tensors.append(
        NamedTensor(
          name: "item_kinds", shape: [4, 2], values: [1, 0, 0.5, 0.5, 0, 0, 0, 1]))
      tensors.append(NamedTensor(name: "days", shape: [2], values: [1, 2]))
      tensors.append(
        NamedTensor(
          name: "neighbour_bounds", shape: [2, 19],
          values: (0..<38).map { Float($0 % 19 - 9) / 8 }))
      tensors.append(
        NamedTensor(
          name: "recent_means", shape: [3, 2], values: [0, 0.25, -1, 0.5, 0.125, 0]))
      return tensors
    }
    let members = configuration.details.members.enumerated().flatMap { number, model in
      self.tensors(model).map {
        NamedTensor(name: "model_\(number + 1).\($0.name)", shape: $0.shape, values: $0.values)
      }
    }
    if configuration.type == .stack { return members + stackTensors }
    if !members.isEmpty { return members }
    if case .neural(let network) = configuration.details { return self.tensors(network) }
    if factors > 0 {
      tensors.append(tensor("user_factors", [3, factors], step: 7))
      tensors.append(tensor("item_factors", [4, factors], step: 5))
    }
    switch configuration.type {
    case .bias, .biasedDot, .logisticDot, .svdPlusPlus, .als:
      tensors.append(tensor("user_bias", [3], step: 3))
      tensors.append(tensor("item_bias", [4], step: 4))
    case .neural:
      tensors.append(tensor("dense_1_kernel", [2 * factors, 2], step: 3))
      tensors.append(tensor("dense_1_bias", [2], step: 2))
      tensors.append(tensor("dense_2_kernel", [2, 1], step: 6))
      tensors.append(tensor("dense_2_bias", [1], step: 1))
    default: break
    }
    return tensors
  }

  /// A stack's features and trees: one asks for the difference of the ratings and then for the year, one
  /// for the age, one for the day and then for the last rating.
  private static var stackTensors: [NamedTensor] {
    let missing = -Float.greatestFiniteMagnitude
    let trees: [[Float]] = [
      [1, 0.125, 1], [8, 1990, 3], [-1, 0.25, 0], [-1, -0.5, 0], [-1, 0.125, 0],
      [9, 20, 6], [-1, 0.375, 0], [-1, -0.125, 0],
      [10, 11_000, 9], [-1, 4, 0], [13, 3, 11], [-1, 0.0625, 0], [-1, 0.75, 0],
    ]
    return [
      NamedTensor(
        name: "stack_users", shape: [3, 3], values: [0.5, 1, 2, -0.25, 0.75, 1, 0, 1.25, 2]),
      NamedTensor(
        name: "stack_items", shape: [4, 4],
        values: [0.25, 1, 2, 1995, -0.5, 0.5, 2, missing, 1, 1.5, 1, 1980, 0, 1, 0, 2001]),
      NamedTensor(
        name: "stack_recent", shape: [3, 5],
        values: [60, 2, 4, 3.5, 0.25, missing, 0, missing, missing, missing, 5, 1, 2, missing, 1]),
      NamedTensor(name: "stack_trees", shape: [13, 3], values: trees.flatMap(\.self)),
      NamedTensor(name: "stack_roots", shape: [3], values: [0, 5, 8]),
    ]
  }

  /// The tensors of a network with two hidden units; users' first days lie a few apart.
  private static func tensors(_ network: NeuralDetails) -> [NamedTensor] {
    func tensor(_ name: String, _ shape: [Int], step: Int) -> NamedTensor {
      let values = (0..<shape.reduce(1, *)).map { Float(($0 * step + 5) % 17 - 8) / 8 }
      return NamedTensor(name: name, shape: shape, values: values)
    }
    var tensors = [
      tensor("user_factors", [3, network.userFactors], step: 7),
      tensor("item_factors", [4, network.itemFactors], step: 5),
      tensor("dense_1_kernel", [network.inputs, 2], step: 3),
      tensor("dense_1_bias", [2], step: 2), tensor("dense_2_kernel", [2, 1], step: 6),
      tensor("dense_2_bias", [1], step: 1),
    ]
    for (number, (name, rows)) in network.featureRows.enumerated() {
      tensors.append(tensor(name, [rows, network.featureFactors], step: 3 + 2 * number))
    }
    if network.genres != nil {
      tensors.append(tensor("item_genre_factors", [4, network.featureFactors], step: 11))
    }
    if network.date != nil {
      tensors.append(
        NamedTensor(name: "user_first_day", shape: [3], values: [11_017, 10_900, 11_020]))
    }
    return tensors
  }

  static func bundle(
    _ configuration: ModelConfiguration = configuration(), titles: Bool = true
  ) throws -> ModelBundle {
    ModelBundle(
      model: try model(configuration), dataset: try dataset(titles: titles), training: training,
      metrics: metrics, resultPlan: plan, threads: 2)
  }

  /// Every type with every link and cold policy that it can have.
  static let configurations: [ModelConfiguration] = [
    configuration(.bias, link: .identity),
    configuration(.dot, link: .identity),
    configuration(.dot, link: .identity, cold: .asTrained),
    configuration(.biasedDot),
    configuration(.biasedDot, link: .identity, cold: .asTrained),
    configuration(.logisticDot),
    configuration(.neural),
    configuration(.neural, cold: .asTrained),
    machine(),
    machine(levels: [0.5, 2, 5]),
    network(NeuralDetails(userFactors: 2, itemFactors: 5)),
    network(NeuralDetails(userFactors: 2, itemFactors: 3, genres: ["Comedy", "Drama"])),
    network(
      NeuralDetails(
        userFactors: 4, itemFactors: 1, genres: [],
        date: DateEncoding(firstYear: 1996, years: 5, asOf: 951_868_799))),
    network(
      NeuralDetails(
        userFactors: 1, itemFactors: 1, date: DateEncoding(firstYear: 0, years: 0, asOf: nil))),
    configuration(.als, link: .identity),
    configuration(.svdPlusPlus, link: .identity),
    configuration(.ials, link: .identity),
  ]

  private static func network(_ details: NeuralDetails) -> ModelConfiguration {
    var network = configuration(.neural)
    network.details = .neural(details)
    return network
  }

  /// A sum of two models.
  static let stack: ModelConfiguration = {
    var model = configuration(.stack, link: .identity)
    model.factors = 0
    model.details = .stack(
      StackDetails(
        models: [configuration(), configuration(.bias, link: .identity)],
        asOf: 11_000 * 86_400 + 43_200))
    return model
  }()

  static let blend: ModelConfiguration = {
    var blend = configuration(.blend, link: .identity)
    (blend.factors, blend.hidden) = (0, [])
    blend.details = .blend(
      BlendDetails(
        models: [configuration(.biasedDot), configuration(.dot, link: .identity)],
        weights: [0.75, 0.25]))
    return blend
  }()

  /// The lists of all users.
  static func lists(_ bundle: ModelBundle, k: Int) -> [RecommendationList] {
    TopNRecommender(
      model: bundle.model, excluding: bundle.seen,
      candidates: Array(repeating: true, count: bundle.items.count), k: k
    ).recommend(0..<bundle.users.count)
  }
}
