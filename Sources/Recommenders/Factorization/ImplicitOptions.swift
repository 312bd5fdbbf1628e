import Kernels

/// What `ials` makes of ratings, and for how long it trains.
public struct ImplicitOptions: Equatable, Sendable {
  /// α₀: the weight of the target 0 that every pair has. The default is 0.1.
  public var background: Double = 0.1
  /// ν: the power of a row's weight that its penalty grows with. The default is 1.
  public var exponent: Double = 1
  /// The rating from which an item is liked; such a rating has the weight 1. The default is 4.
  public var threshold: Double = 4
  /// The weight of a rating below it. The default is 0.25.
  public var lowWeight: Double = 0.25
  /// The number of times that all users and all items are solved. The default is 8.
  public var sweeps: Int = 8

  /// Creates the default options.
  public init() {}

  /// The weight of a rating.
  func confidence(of rating: Float) -> Float {
    Double(rating) >= threshold ? 1 : Float(lowWeight)
  }

  /// (n + α₀ m)^ν, which the penalty of a row with n ratings is multiplied by; m is the number of rows
  /// on the other side.
  func scale(ratings: Int, others: Int) -> Float {
    let weight = Double(ratings) + background * Double(others)
    guard weight > 0 else { return 0 }
    return Float(Activations.exponential(exponent * Activations.logarithm(weight)))
  }
}
