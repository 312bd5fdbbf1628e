public import Kernels
public import Ratings

/// The settings of a stack: those of its models.
public struct StackDetails: Equatable, Sendable {
  /// The configurations of the models.
  public var models: [ModelConfiguration]
  /// The time of the newest training row; `nil` where ratings have no times.
  public var asOf: Int64?

  /// Puts the parts together.
  public init(models: [ModelConfiguration], asOf: Int64?) {
    self.models = models
    self.asOf = asOf
  }
}

/// The first of several models, corrected by trees that know what the others predict and in which
/// context: r̂_ui = r̂_1,ui + s·Σ_t tree_t(r̂_1,ui, r̂_2,ui − r̂_1,ui, …, context), s being the range of the
/// rating scale.
///
/// The trees were grown on what the models predicted for rows that they had not learnt from
/// (``Stacking``), so that they know how far each can be trusted, and where.
///
/// The key is the sum without the mean rating, as for every model with the identity link.
public struct StackModel: RatingPredictor {
  /// What the parameters mean.
  public let configuration: ModelConfiguration
  let models: MemberModels
  let context: RatingContext
  let trees: TreeEnsemble

  init(_ models: [any RatingPredictor], context: RatingContext, trees: TreeEnsemble) {
    let members = MemberModels(models)
    self.models = members
    self.context = context
    self.trees = trees
    configuration = members.configuration(
      .stack, .stack(StackDetails(models: models.map(\.configuration), asOf: context.asOf)))
  }

  /// Creates the stack from the tensors of a bundle: those of its models, `stack_users`, `stack_items`
  /// and `stack_recent` with features, and the trees in `stack_trees` and `stack_roots`.
  init(
    _ details: StackDetails, tensors: [NamedTensor], trainingCounts: TrainingCounts
  ) throws(ModelError) {
    let models = try MemberModels.models(
      details.models, tensors: tensors, trainingCounts: trainingCounts)
    let lookup = TensorLookup(tensors: tensors)
    let (users, items) = (models[0].configuration.users, models[0].configuration.items)
    func rows(_ name: String, _ width: Int) -> Int {
      (tensors.first { $0.name == name }?.values.count ?? 0) / width
    }
    let nodes = rows("stack_trees", 3)
    let table = try lookup.values("stack_trees", shape: [nodes, 3])
    let roots = try lookup.values("stack_roots", shape: [rows("stack_roots", 1)])
    guard
      let trees = TreeEnsemble(
        table: table, roots: roots, width: details.models.count + RatingContext.width)
    else { throw .outOfRange(name: "stack_trees", index: 0) }
    self.init(
      models,
      context: RatingContext(
        users: try lookup.values("stack_users", shape: [users, RatingContext.userWidth]),
        items: try lookup.values("stack_items", shape: [items, RatingContext.itemWidth]),
        recent: try lookup.values("stack_recent", shape: [users, RatingContext.recentWidth]),
        asOf: details.asOf),
      trees: trees)
  }

  /// The parameters of all models, and those of the stack.
  public var tensors: [NamedTensor] { models.tensors + own }

  private var own: [NamedTensor] {
    let (users, items) = (configuration.users, configuration.items)
    let (table, roots) = (trees.table, trees.roots)
    return [
      NamedTensor(
        name: "stack_users", shape: [users, RatingContext.userWidth], values: context.users),
      NamedTensor(
        name: "stack_items", shape: [items, RatingContext.itemWidth], values: context.items),
      NamedTensor(
        name: "stack_recent", shape: [users, RatingContext.recentWidth], values: context.recent),
      NamedTensor(name: "stack_trees", shape: [table.count / 3, 3], values: table),
      NamedTensor(name: "stack_roots", shape: [roots.count], values: roots),
    ]
  }

  /// The names and shapes of ``tensors``.
  public var tensorShapes: [TensorShape] {
    models.tensorShapes + own.map { TensorShape(name: $0.name, shape: $0.shape) }
  }

  /// How many training ratings each user and item had.
  public var trainingCounts: TrainingCounts { models.trainingCounts }

  // MARK: - Predictions

  /// The ranking key of one pair, as of the newest training row.
  public func rankingKey(of item: ItemIndex, by user: UserIndex) -> Float {
    rankingKeys(by: user, of: [item.rawValue])[0]
  }

  /// The keys of several items, as of the newest training row.
  ///
  /// - Complexity: O(items × trees × features) besides what the models need.
  public func rankingKeys(by user: UserIndex, of items: [UInt32]) -> [Float] {
    let ratings = models.ratings(by: user, of: items)
    var rows: [Float] = []
    for (place, item) in items.enumerated() {
      Self.append(ratings, place, to: &rows)
      rows += context.itemFeatures(of: Int(item))
    }
    let known =
      [Float?](repeating: nil, count: ratings.count)
      + context.knownFeatures(of: user.position)
    let corrections = trees.sums(rows, known: known)
    let spread = Self.spread(configuration)
    return items.indices.map {
      ratings[0][$0] + spread * corrections[$0] - configuration.trainMean
    }
  }

  /// The ratings of rows, each at its time, without deviations.
  public func predictions(of rows: RatingColumns, threads: Int) -> RatingPredictions {
    let ratings = models.predictions(of: rows, threads: threads)
    let spread = Self.spread(configuration)
    return RatingPredictions(
      ratings: RatingPredictions.map(rows, threads: threads) { row in
        var features: [Float] = []
        Self.append(ratings, row, to: &features)
        features += context.features(
          of: rows.items[row].position, by: rows.users[row].position,
          at: rows.hasTimestamps ? rows.timestamps[row] : nil)
        return ratings[0][row] + spread * trees.sum(features)
      })
  }

  /// What the sums of trees are multiplied by: the range of the scale, or 1 where there is none.
  static func spread(_ configuration: ModelConfiguration) -> Float {
    configuration.range > 0 ? configuration.range : 1
  }

  /// What the models predict for a row: the rating by the first, and by how much the others differ.
  static func append(_ ratings: [[Float]], _ row: Int, to features: inout [Float]) {
    features.append(ratings[0][row])
    for other in ratings.dropFirst() { features.append(other[row] - ratings[0][row]) }
  }

  /// A way to the items with the greatest ranking keys.
  public func selection(of candidates: [UInt32]) -> any RowSelection {
    KeySelection(candidates: candidates) { user in
      rankingKeys(by: UserIndex(user), of: candidates)
    }
  }
}
