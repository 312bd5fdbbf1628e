import Kernels
import Ratings

/// How `ease` learns.
///
/// What a rating r counts as a choice grows with it, as a better rating is a stronger sign: 1 at the
/// threshold t, and with the least and the greatest rating a and b
///
///     low + (1 − low) · ((r − a) / (t − a))^power   below the threshold,
///     1 + (high − 1) · (r − t) / (b − t)            from there on.
///
/// The defaults were chosen on out-of-fold parts of the training rows of ml-latest-small.
public struct EaseOptions: Equatable, Sendable {
  /// λ, what is added to the diagonal of the matrix that is inverted. The default is 100.
  public var l2: Double = 100
  /// What the least rating counts as a choice. The default is 0.
  public var lowInput: Double = 0
  /// The power with which that grows up to the threshold, where it is 1. `nil` is an infinite one: all
  /// ratings below the threshold count as the least does. The default is 1.7.
  public var inputPower: Double? = 1.7
  /// What the greatest rating counts as a choice. The default is 1.15.
  public var highInput: Double = 1.15
  /// What having a genre or a year of release counts, as a choice of somebody who chose all items that
  /// have it. The default is 1.
  public var contentInput: Double = 1
  /// The rating from which the input is 1. The default is 4.
  public var threshold: Double = 4

  /// Creates the default options.
  public init() {}

  /// The input that a rating is.
  ///
  /// Where no rating reaches the threshold, the greatest one is the threshold.
  func input(of rating: Float, on scale: RatingScale) -> Float {
    let (least, greatest) = (Double(scale.minimum), Double(scale.maximum))
    let threshold = min(threshold, greatest)
    let rating = Double(rating)
    if rating >= threshold {
      guard greatest > threshold else { return 1 }
      return Float(1 + (highInput - 1) * (rating - threshold) / (greatest - threshold))
    }
    guard let inputPower, rating > least, threshold > least else { return Float(lowInput) }
    let share = (rating - least) / (threshold - least)
    let grown = Activations.exponential(inputPower * Activations.logarithm(share))
    return Float(lowInput + (1 - lowInput) * grown)
  }
}

/// What predictions of `ease` need besides the tensors.
public struct EaseDetails: Equatable, Sendable {
  /// λ.
  public var l2: Float

  /// Wraps a λ.
  public init(l2: Float) {
    self.l2 = l2
  }
}
