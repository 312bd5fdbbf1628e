/// What models with features can be told of a rating besides its user and its item; each model has
/// some of them.
public enum ModelFeature: String, CaseIterable, Sendable {
  /// Who rated what.
  case implicit
  /// The genres of the item.
  case genres
  /// The year of the item's title.
  case releaseYear = "release-year"
  /// The words of the item's title.
  case titleWords = "title-words"
  /// What the titles of a series have in common.
  case franchise
  /// Genres together with the decade of the release.
  case genreDecade = "genre-decade"
  /// The user together with the genres.
  case userGenre = "user-genre"
  /// The user together with the decade of the release.
  case userDecade = "user-decade"
  /// The day of the rating.
  case day
  /// The user's last ratings before this one.
  case timeNeighbours = "time-neighbours"
  /// Parts of the date of the rating.
  case date

  /// Whether a type of model has the feature.
  public func belongs(to type: ModelType) -> Bool {
    switch type {
    case .neural: NetworkFeature(rawValue: rawValue) != nil
    case .bayesianFM: FeatureName(rawValue: rawValue) != nil
    default: false
    }
  }
}

extension ModelOptions {
  /// How `bayesian-fm` is sampled, with the features that the options name.
  var machine: BayesianFMOptions {
    var options = bayesianFM
    if let features {
      options.features = features.compactMap { FeatureName(rawValue: $0.rawValue) }
    }
    return options
  }
}
