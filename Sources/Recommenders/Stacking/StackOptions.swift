public import Kernels

/// How `stack` makes one model of several.
public struct StackOptions: Equatable, Sendable {
  /// The number of parts of the training rows. What the models predict for the rows of one part, they
  /// learnt from the others. The default is 4.
  public var folds = 4
  /// How the trees are grown. The default is 800 trees of 15 leaves.
  public var trees = TreeOptions()

  /// Creates the default options.
  public init() {}
}
