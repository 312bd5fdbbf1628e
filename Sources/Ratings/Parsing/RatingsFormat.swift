/// The known layouts of a ratings dataset.
public enum RatingsFormat: String, CaseIterable, Sendable {
  /// The layout that the names of the members tell.
  case auto
  /// `ratings.csv` and `movies.csv`, as in MovieLens latest-small, 20M, 25M and 32M.
  case movielensCSV = "movielens-csv"
  /// `u.data` and `u.item`, as in MovieLens 100K.
  case movielens100K = "movielens-100k"
  /// `ratings.dat` and `movies.dat`, as in MovieLens 1M and 10M.
  case movielensDAT = "movielens-dat"
}

/// What becomes of several ratings of one item by one user.
public enum DuplicatePolicy: String, CaseIterable, Sendable {
  /// The newest stands: the greatest timestamp, then the last row.
  case last
  /// Their mean stands, in the place and with the timestamp of the newest.
  case mean
  /// They are an error.
  case error
}

/// How the files of a dataset are read.
public struct ParsingOptions: Equatable, Sendable {
  /// The layout of the files. The default finds it out from their names.
  public var format: RatingsFormat = .auto
  /// How many bad rows of a file may be skipped. The default is 0.
  public var maxBadRows: Int = 0
  /// What becomes of repeated ratings. The default keeps the last.
  public var duplicates: DuplicatePolicy = .last
  /// The scale beyond which a rating is bad. The default accepts every finite rating.
  public var ratingScale: RatingScale?

  /// Creates the default options.
  public init() {}
}
