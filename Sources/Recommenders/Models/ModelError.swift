/// A reason why tensors cannot be made into a model.
public enum ModelError: Error, Equatable, Sendable, CustomStringConvertible {
  /// A tensor that the model type needs is not there.
  case missingTensor(name: String)
  /// A tensor does not have the shape that the configuration asks for.
  case wrongShape(name: String, expected: [Int], actual: [Int])
  /// A model of this type cannot be made.
  case unsupported(type: ModelType)
  /// A parameter is not a finite number.
  case notFinite(name: String, index: Int)
  /// A value has no meaning.
  case outOfRange(name: String, index: Int)

  /// One sentence for people.
  public var description: String {
    switch self {
    case .missingTensor(let name):
      "the model has no tensor \"\(name)\""
    case .wrongShape(let name, let expected, let actual):
      "the tensor \"\(name)\" has the shape \(actual), but its configuration asks for \(expected)"
    case .unsupported(let type):
      "a \(type.rawValue) model cannot be made"
    case .notFinite(let name, let index):
      "value \(index) of the tensor \"\(name)\" is not a finite number"
    case .outOfRange(let name, let index):
      "value \(index) of the tensor \"\(name)\" is out of range"
    }
  }
}

/// Looks tensors up by name and checks them.
struct TensorLookup {
  let tensors: [NamedTensor]

  /// The values of a tensor of the given shape.
  func values(_ name: String, shape: [Int]) throws(ModelError) -> [Float] {
    guard let tensor = tensors.first(where: { $0.name == name }) else {
      throw .missingTensor(name: name)
    }
    guard tensor.shape == shape else {
      throw .wrongShape(name: name, expected: shape, actual: tensor.shape)
    }
    if let index = tensor.values.firstIndex(where: { !$0.isFinite }) {
      throw .notFinite(name: name, index: index)
    }
    return tensor.values
  }
}

/// Makes a model again from what a bundle holds.
public enum ModelRestoration {
  /// Creates the model of a configuration from its tensors.
  public static func model(
    _ configuration: ModelConfiguration, tensors: [NamedTensor], trainingCounts: TrainingCounts
  ) throws(ModelError) -> any RatingPredictor {
    switch configuration.type {
    case .neural:
      return try NeuralModel(configuration, tensors: tensors, trainingCounts: trainingCounts)
    case .bias, .dot, .biasedDot, .logisticDot, .svdPlusPlus, .als, .ials:
      return try FactorModel(configuration, tensors: tensors, trainingCounts: trainingCounts)
    case .bayesianFM:
      return try BayesianFMModel(configuration, tensors: tensors, trainingCounts: trainingCounts)
    case .itemKNN:
      guard case .itemKNN(let details) = configuration.details else {
        throw .unsupported(type: configuration.type)
      }
      return try ItemNeighbourModel(
        configuration, details: details, tensors: tensors, trainingCounts: trainingCounts)
    case .blend:
      guard case .blend(let details) = configuration.details else {
        throw .unsupported(type: configuration.type)
      }
      return try BlendModel(details, tensors: tensors, trainingCounts: trainingCounts)
    case .stack:
      guard case .stack(let details) = configuration.details else {
        throw .unsupported(type: configuration.type)
      }
      return try StackModel(details, tensors: tensors, trainingCounts: trainingCounts)
    case .ease:
      return try EaseModel(configuration, tensors: tensors, trainingCounts: trainingCounts)
    }
  }
}
