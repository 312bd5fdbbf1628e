import Kernels
import Ratings

/// The loss of one rating as a function of the ranking key, and its derivative.
struct RatingLoss {
  private let configuration: ModelConfiguration
  private let range: Float

  init(_ configuration: ModelConfiguration) {
    self.configuration = configuration
    range = configuration.range
  }

  /// The loss of a rating and its derivative by the key.
  ///
  /// Squared error for all models but `logistic-dot`, whose loss is the cross-entropy of the
  /// rating's place on the scale, y = (r − r_min)/(r_max − r_min), computed from the key z as
  /// max(z, 0) − z·y + ln(1 + e^−|z|).
  func callAsFunction(key: Float, rating: Float) -> (value: Double, slope: Float) {
    if configuration.type == .logisticDot {
      let place = range > 0 ? (rating - configuration.scale.minimum) / range : 0.5
      let z = Double(key)
      let value =
        max(z, 0) - z * Double(place)
        + Activations.logarithm1p(Activations.exponential(-abs(z)))
      return (value, Activations.sigmoid(key) - place)
    }
    switch configuration.link {
    case .sigmoid:
      let share = Activations.sigmoid(key)
      let error = share * range + configuration.scale.minimum - rating
      return (Double(error) * Double(error), 2 * error * range * share * (1 - share))
    case .identity, .auto:
      let error = key + configuration.offset - rating
      return (Double(error) * Double(error), 2 * error)
    }
  }

  /// What the slope is multiplied by for optimizers whose penalty belongs to each rating.
  ///
  /// Their objective is half the squared error plus half the penalty, which gives the customary step
  /// p ← p + η(e·q − λp).
  var halving: Float { configuration.type == .logisticDot ? 1 : 0.5 }
}
