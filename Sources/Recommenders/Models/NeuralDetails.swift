/// What predictions of a network need besides its tensors, where it is not the tutorial's network.
public struct NeuralDetails: Equatable, Sendable {
  /// The number of factors of each user.
  public var userFactors: Int
  /// The number of factors of each item.
  public var itemFactors: Int
  /// The names of the genres, by row of their embeddings from row 1 on; row 0 is for items without
  /// genres. `nil` if the model does not use genres.
  public var genres: [String]?
  /// How the time of a rating is read; `nil` if the model does not use dates.
  public var date: DateEncoding?
  /// The length of the embeddings of genres and parts of dates.
  public var featureFactors: Int

  /// The length of the embeddings of features in a model that is trained.
  public static let customaryFeatureFactors = 8

  /// Creates details.
  public init(
    userFactors: Int, itemFactors: Int, genres: [String]? = nil, date: DateEncoding? = nil,
    featureFactors: Int = Self.customaryFeatureFactors
  ) {
    self.userFactors = userFactors
    self.itemFactors = itemFactors
    self.genres = genres
    self.date = date
    self.featureFactors = featureFactors
  }

  /// Whether there are inputs besides the factors.
  public var hasFeatures: Bool { genres != nil || date != nil }

  /// The number of inputs of the first layer: the factors of the user and of the item, the genres' mean,
  /// and an embedding for each part of the date.
  public var inputs: Int {
    let features = (genres == nil ? 0 : 1) + (date == nil ? 0 : DatePart.allCases.count)
    return userFactors + itemFactors + features * featureFactors
  }

  /// The tensors of the features and their numbers of rows, in the order of the inputs.
  public var featureRows: [(tensor: String, rows: Int)] {
    (genres.map { [("genre_factors", $0.count + 1)] } ?? [])
      + (date.map { date in DatePart.allCases.map { ($0.tensorName, date.rows(of: $0)) } } ?? [])
  }

  /// The input at which the genres begin.
  var firstGenreInput: Int { userFactors + itemFactors }

  /// The input at which the date begins.
  var firstDateInput: Int { firstGenreInput + (genres == nil ? 0 : featureFactors) }
}

extension ModelConfiguration {
  /// The shape of a network's inputs.
  var network: NeuralDetails {
    if case .neural(let details) = details { return details }
    return NeuralDetails(userFactors: factors, itemFactors: factors)
  }
}
