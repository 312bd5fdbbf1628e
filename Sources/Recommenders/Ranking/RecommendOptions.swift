/// How many items are recommended, and which ones may be.
public struct RecommendOptions: Equatable, Sendable {
  /// The length of each user's list. The default is 10.
  public var k: Int = 10
  /// The least number of ratings of an item that may be recommended. The default is 1.
  public var minItemRatings: Int = 1
  /// The held-out rating from which an item counts as relevant. The default is 4.
  public var relevanceThreshold: Double = 4
  /// The most reasons that are given for each recommendation. The default is 0.
  public var explain: Int = 0

  /// Creates the default options.
  public init() {}
}
