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
  /// Rows of fields with a delimiter between them, whose columns the job names.
  case delimited
  /// A JSON object a line, whose keys the job names.
  case jsonLines = "jsonl"

  /// Whether the job says how a file of this format is written.
  public var isDescribedByJob: Bool { self == .delimited || self == .jsonLines }
}
