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
