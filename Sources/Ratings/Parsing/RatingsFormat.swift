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
