/// What a `bayesian-fm` model may know of a rating besides its user and its item.
///
/// All are made from training rows and item details alone. Rows that lack what a feature is made of
/// simply go without it.
public enum FeatureName: String, CaseIterable, Sendable {
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

  /// Whether the feature needs to know when a rating is given.
  public var needsTime: Bool { self == .day || self == .timeNeighbours }

  /// Whether the feature is made of titles.
  public var needsTitles: Bool {
    switch self {
    case .releaseYear, .titleWords, .franchise, .genreDecade, .userDecade: true
    case .implicit, .genres, .userGenre, .day, .timeNeighbours: false
    }
  }

  /// Whether the feature is made of genres.
  public var needsGenres: Bool {
    self == .genres || self == .genreDecade || self == .userGenre
  }

  /// The features of a model that has to rank items as well: all but those that need the time of a
  /// rating, which unseen items do not have yet.
  public static var withoutTime: [FeatureName] { allCases.filter { !$0.needsTime } }
}
