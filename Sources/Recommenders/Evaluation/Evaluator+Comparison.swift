import Ratings

extension Evaluator {
  /// Measures one model, by user too, so that several can be compared; its lists in the order in which
  /// they are published, of the items with `minItemRatings` training ratings.
  ///
  /// - Throws: `CancellationError` when the task is cancelled.
  public func measure(
    _ model: any RatingPredictor, order: ListOrder = .byKey, minItemRatings: Int = 1
  ) async throws(CancellationError) -> MethodMeasurement {
    let users = model.configuration.users
    let predicted = model.predictions(of: heldOut, threads: threads)
    let predictions = predicted.ratings
    let intervals = Bootstrap.rmseIntervals(
      heldOut, predictions: [predictions], users: users, seed: seed, threads: threads)
    let lists = try await lists(of: model, order: order, minItemRatings: minItemRatings)
    var squares = [Double](repeating: 0, count: users)
    for row in 0..<heldOut.count {
      let error = Double(predictions[row]) - Double(heldOut.values[row])
      squares[heldOut.users[row].position] += error * error
    }
    let timeless = RatingColumns(
      users: heldOut.users, items: heldOut.items, values: heldOut.values)
    let usesTime =
      !heldOut.timestamps.isEmpty
      && model.predictions(of: timeless, threads: threads).ratings != predictions
    return MethodMeasurement(
      report: report(model, predicted, intervals[0], lists: lists), squaredErrors: squares,
      gains: UserGains.ndcg(lists, heldOut: heldOutItems, threshold: threshold).map { $0 ?? 0 },
      usesTime: usesTime)
  }

  /// The RMSE of one model alone, without lists and interval.
  public func rmse(of model: any RatingPredictor) -> Double {
    let predictions = model.predictions(of: heldOut, threads: threads).ratings
    return ErrorMetrics(heldOut, predictions: predictions)?.rmse ?? .nan
  }

  /// The NDCG@10 of one model's lists alone.
  ///
  /// - Throws: `CancellationError` when the task is cancelled.
  public func ndcg(
    of model: any RatingPredictor, order: ListOrder = .byKey, minItemRatings: Int = 1
  ) async throws(CancellationError) -> Double {
    let gains = UserGains.ndcg(
      try await lists(of: model, order: order, minItemRatings: minItemRatings),
      heldOut: heldOutItems, threshold: threshold
    ).compactMap(\.self)
    return gains.reduce(0, +) / Double(max(gains.count, 1))
  }

  /// The differences of the RMSE between methods and one that they are compared with.
  public func rmseDifferences(
    of methods: [MethodMeasurement], from reference: MethodMeasurement
  ) -> [PairedDifference] {
    var rows = [Double](repeating: 0, count: reference.squaredErrors.count)
    for user in heldOut.users { rows[user.position] += 1 }
    return PairedBootstrap(weights: rows, figure: .rootMean, seed: seed, threads: threads)
      .differences(of: methods.map(\.squaredErrors), from: reference.squaredErrors)
  }

  /// The differences of the NDCG@10 between methods and one that they are compared with; empty if no
  /// user has a relevant row.
  public func ndcgDifferences(
    of methods: [MethodMeasurement], from reference: MethodMeasurement
  ) -> [PairedDifference] {
    let listed = (0..<reference.gains.count).map { user in
      heldOutItems.count(of: UserIndex(user), from: threshold) > 0 ? 1.0 : 0
    }
    return PairedBootstrap(weights: listed, figure: .mean, seed: seed, threads: threads)
      .differences(of: methods.map(\.gains), from: reference.gains)
  }
}
