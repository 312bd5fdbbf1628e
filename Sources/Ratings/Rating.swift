/// One row of a dataset: what a user thought of an item.
public struct Rating: Sendable, Equatable {
  /// Who rated.
  public var user: UserIndex
  /// What was rated.
  public var item: ItemIndex
  /// The rating, on the scale of its dataset.
  public var value: Float
  /// Seconds since 1970-01-01 UTC, or `nil` if the dataset has no timestamps.
  public var timestamp: Int64?

  /// Creates a rating.
  public init(user: UserIndex, item: ItemIndex, value: Float, timestamp: Int64? = nil) {
    self.user = user
    self.item = item
    self.value = value
    self.timestamp = timestamp
  }
}

/// The least and the greatest rating, r_min and r_max.
public struct RatingScale: Sendable, Equatable {
  /// The least rating.
  public var minimum: Float
  /// The greatest rating.
  public var maximum: Float

  /// Creates a scale.
  public init(minimum: Float, maximum: Float) {
    self.minimum = minimum
    self.maximum = maximum
  }

  /// Returns whether a rating lies on the scale, its ends included.
  public func contains(_ value: Float) -> Bool {
    minimum <= value && value <= maximum
  }
}

/// What is known of an item besides its ratings.
public struct ItemDetails: Sendable, Equatable {
  /// The title, or `nil` if the items file does not list the item.
  public var title: String?
  /// The genres in the order of the items file; empty if it names none.
  public var genres: [String]

  /// Creates the details of an item.
  public init(title: String? = nil, genres: [String] = []) {
    self.title = title
    self.genres = genres
  }
}
