/// How `ease` learns.
public struct EaseOptions: Equatable, Sendable {
  /// λ, what is added to the diagonal of the matrix that is inverted. The default is 100.
  public var l2: Double = 100
  /// The input of a rating below the threshold. The default is 0.5.
  public var lowInput: Double = 0.5
  /// The rating from which the input is 1. The default is 4.
  public var threshold: Double = 4

  /// Creates the default options.
  public init() {}

  /// The input that a rating is.
  func input(of rating: Float) -> Float {
    Double(rating) >= threshold ? 1 : Float(lowInput)
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
