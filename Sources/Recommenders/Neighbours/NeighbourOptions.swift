/// The settings of `item-knn`.
public struct NeighbourOptions: Equatable, Sendable {
  /// The most rated items that a prediction is made of, k. The default is 20.
  public var neighbours: Int = 20
  /// The number of common raters at which half of a correlation is believed. The default is 400.
  public var shrinkage: Double = 400
  /// The most similar items that are kept of each item. The default is 100.
  public var keptNeighbours: Int = 100

  /// Creates the default options.
  public init() {}

  /// δ: the squared similarity of a neighbour that agrees fully over 18 common raters, which is of the
  /// size of the weights whatever the shrinkage.
  var damping: Float {
    let similarity = Float(18 / (18 + shrinkage))
    return similarity * similarity
  }

  var details: NeighbourDetails { NeighbourDetails(neighbours: neighbours, damping: damping) }
}

/// What predictions of `item-knn` need besides the tensors.
public struct NeighbourDetails: Equatable, Sendable {
  /// The most rated items that a prediction is made of.
  public var neighbours: Int
  /// What is added to the sum of the weights, so that few or weak neighbours say little.
  public var damping: Float

  /// Puts the parts together.
  public init(neighbours: Int, damping: Float) {
    self.neighbours = neighbours
    self.damping = damping
  }
}
