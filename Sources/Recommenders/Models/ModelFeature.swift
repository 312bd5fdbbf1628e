/// What a model can know of a rating besides its user and its item.
///
/// All are made from training rows and item details alone. Rows that lack what a feature is made of
/// simply go without it.
public enum ModelFeature: String, CaseIterable, Sendable {
  /// On the user's side the items that the user rated, on the item's side the users that rated it,
  /// each as 1/√n, as in SVD++ (Koren 2008).
  case implicit
  /// The genres of the item.
  case genres
  /// The year of the item's title, exactly and in bins of five years.
  case releaseYear = "release-year"
  /// The words of the item's title that another title has as well.
  case titleWords = "title-words"
  /// What the title begins with, where another title begins likewise: sequels and series.
  case franchise
  /// Each genre of the item together with the decade of its release.
  case genreDecade = "genre-decade"
  /// The user together with each genre of the item.
  case userGenre = "user-genre"
  /// The user together with the decade of the item's release.
  case userDecade = "user-decade"
  /// The day of the rating.
  case day
  /// How far the user's last ratings before this one lay above what user and item let expect.
  case timeNeighbours = "time-neighbours"
  /// The parts of the date of the rating, and the days since the user's first.
  case date

  /// Those that `neural` can have.
  static let ofNetworks: [ModelFeature] = [.genres, .date]
  /// Those that `bayesian-fm` can have.
  static let ofMachines = allCases.filter { $0 != .date }

  /// Whether a type of model has the feature.
  public func belongs(to type: ModelType) -> Bool {
    switch type {
    case .neural: Self.ofNetworks.contains(self)
    case .bayesianFM: Self.ofMachines.contains(self)
    default: false
    }
  }

  /// Whether the feature needs to know when a rating is given.
  public var needsTime: Bool { self == .day || self == .timeNeighbours || self == .date }

  /// Whether the feature is made of titles.
  public var needsTitles: Bool {
    switch self {
    case .releaseYear, .titleWords, .franchise, .genreDecade, .userDecade: true
    case .implicit, .genres, .userGenre, .day, .timeNeighbours, .date: false
    }
  }

  /// Whether the feature is made of genres.
  public var needsGenres: Bool {
    self == .genres || self == .genreDecade || self == .userGenre
  }

  /// The features of a `bayesian-fm` model that has to rank items as well: all but those that need the
  /// time of a rating, which unseen items do not have yet.
  public static var withoutTime: [ModelFeature] { ofMachines.filter { !$0.needsTime } }
}

extension ModelOptions {
  /// How `bayesian-fm` is sampled, with the features that the options name.
  var machine: BayesianFMOptions {
    var options = bayesianFM
    if let features { options.features = features }
    return options
  }
}
