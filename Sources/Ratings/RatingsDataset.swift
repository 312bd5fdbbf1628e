/// A dataset that is ready to be split: encoders, ratings in file order, and their scale.
public struct RatingsDataset: Sendable {
  /// The raw ids of the users.
  public let users: LabelEncoder<UserIndex>
  /// The raw ids of the items that were rated.
  public let items: LabelEncoder<ItemIndex>
  /// The ratings in file order; no user has two of one item.
  public internal(set) var ratings: RatingColumns
  /// The least and the greatest of the ratings.
  public let scale: RatingScale
  /// What is known of each item, by item index; empty if the dataset has no items file.
  public let itemDetails: [ItemDetails]
  /// What reading the dataset met with.
  public let report: DataReport

  /// Encodes what was parsed: numbers users and items by sorted raw id, merges repeated ratings,
  /// applies the filters, finds the scale, and gives each item its details.
  ///
  /// Users and items whose last rating a filter took away are not part of the dataset.
  ///
  /// Where several ratings of one item by one user are merged, the result stands in the row of the
  /// newest of them, and the others' rows are gone.
  ///
  /// - Complexity: O(*n* + *u* log *u*) for *n* rows and *u* distinct users, items and listed
  ///   items.
  /// - Throws: ``RatingsError`` if there is no row, a rating lies beyond the scale of `options`, or
  ///   a rating is repeated where that is an error.
  public init(
    raw: consuming RawRatings, items rawItems: RawItems?, options: ParsingOptions
  ) throws(RatingsError) {
    guard raw.count > 0 else { throw .emptyDataset(file: raw.file) }
    if let scale = options.ratingScale { try Self.check(raw, on: scale) }
    let rowCount = raw.count
    let userCodes = LabelEncoder<UserIndex>.fit(raw.userLabels)
    let itemCodes = LabelEncoder<ItemIndex>.fit(raw.itemLabels)
    var (users, items) = (userCodes.encoder, itemCodes.encoder)
    var columns = raw.takeColumns(
      userOfCode: userCodes.indices, itemOfCode: itemCodes.indices)
    if let repeated = DuplicateMerge.merge(&columns, policy: options.duplicates) {
      let rating = columns[Int(repeated.row)]
      throw .duplicateRating(
        file: raw.file, line: raw.lines.line(ofRow: Int(repeated.row)),
        earlierLine: raw.lines.line(ofRow: Int(repeated.earlierRow)),
        user: users.label(of: rating.user), item: items.label(of: rating.item))
    }
    let merged = columns.count
    let filtered = try Self.filter(
      &columns, &users, &items, file: raw.file, filters: options.filters)
    self.users = users
    self.items = items
    ratings = columns
    scale = Self.scale(of: ratings.values)

    var unrated = 0
    (itemDetails, unrated) = Self.details(of: items, from: rawItems)
    report = DataReport(
      rowsRead: rowCount + raw.skipped.reduce(0) { $0 + $1.count },
      skipped: raw.skipped, skippedItems: rawItems?.skipped ?? [],
      duplicatesMerged: rowCount - merged, filtered: filtered, unratedItems: unrated,
      oldestTimestamp: ratings.timestamps.min(), newestTimestamp: ratings.timestamps.max())
  }

  /// Drops the ratings that do not pass the filters; returns what was dropped, or `nil` where there is
  /// no filter.
  private static func filter(
    _ columns: inout RatingColumns, _ users: inout LabelEncoder<UserIndex>,
    _ items: inout LabelEncoder<ItemIndex>, file: String, filters: RatingFilters
  ) throws(RatingsError) -> FilterReport? {
    guard filters != RatingFilters() else { return nil }
    if filters.since != nil || filters.until != nil, !columns.hasTimestamps {
      throw .filterNeedsTimestamps(file: file)
    }
    let before = columns.count
    let (isKept, outsideTimeSpan, belowMinimum) = RatingFilter.marks(
      columns, users: users.count, items: items.count, filters: filters)
    guard isKept.contains(true) else {
      throw .nothingPassesFilters(file: file, rows: before)
    }
    columns.keep(isKept)
    var (usesUser, usesItem) = (
      [Bool](repeating: false, count: users.count), [Bool](repeating: false, count: items.count)
    )
    for user in columns.users { usesUser[user.position] = true }
    for item in columns.items { usesItem[item.position] = true }
    let (keptUsers, keptItems) = (
      users.restricted(to: usesUser), items.restricted(to: usesItem)
    )
    columns.renumber(users: keptUsers.indices, items: keptItems.indices)
    let report = FilterReport(
      outsideTimeSpan: outsideTimeSpan, belowMinimum: belowMinimum,
      usersDropped: users.count - keptUsers.encoder.count,
      itemsDropped: items.count - keptItems.encoder.count)
    (users, items) = (keptUsers.encoder, keptItems.encoder)
    return report
  }

  private static func check(_ raw: borrowing RawRatings, on scale: RatingScale) throws(RatingsError)
  {
    guard let row = raw.values.firstIndex(where: { !scale.contains($0) }) else { return }
    throw .ratingOutOfScale(
      file: raw.file, line: raw.lines.line(ofRow: row), column: nil, rating: raw.values[row],
      scale: scale)
  }

  /// The mean of the ratings, summed in file order.
  ///
  /// - Complexity: O(*n*).
  public var meanRating: Double {
    ratings.values.reduce(0.0) { $0 + Double($1) } / Double(ratings.count)
  }

  /// The number of ratings to that of the pairs of a user and an item.
  public var density: Double {
    Double(ratings.count) / (Double(users.count) * Double(items.count))
  }

  private static func scale(of values: [Float]) -> RatingScale {
    var scale = RatingScale(minimum: .infinity, maximum: -.infinity)
    for value in values {
      if value < scale.minimum { scale.minimum = value }
      if value > scale.maximum { scale.maximum = value }
    }
    return scale
  }

  private static func details(
    of items: LabelEncoder<ItemIndex>, from raw: RawItems?
  ) -> (details: [ItemDetails], unrated: Int) {
    guard let raw else { return ([], 0) }
    var details = [ItemDetails](repeating: ItemDetails(), count: items.count)
    var unrated: [String] = []
    for (label, listed) in zip(raw.labels, raw.details) {
      if let item = items.index(of: label) {
        details[item.position] = listed
      } else {
        unrated.append(label)
      }
    }
    return (details, LabelEncoder<ItemIndex>(fitting: unrated).count)
  }
}

/// What reading a dataset met with.
public struct DataReport: Sendable, Equatable {
  /// The rows of the ratings file, skipped ones included, header and blank lines not.
  public let rowsRead: Int
  /// The rows of the ratings file that were skipped, sorted by reason.
  public let skipped: [SkippedRows]
  /// The rows of the items file that were skipped, sorted by reason.
  public let skippedItems: [SkippedRows]
  /// How many rows were merged into others.
  public let duplicatesMerged: Int
  /// What the filters took away, or `nil` if there are none.
  public let filtered: FilterReport?
  /// How many items of the items file nobody rated; they are not part of the dataset.
  public let unratedItems: Int
  /// The oldest timestamp, in seconds since 1970-01-01 UTC, or `nil` without timestamps.
  public let oldestTimestamp: Int64?
  /// The newest timestamp, in seconds since 1970-01-01 UTC, or `nil` without timestamps.
  public let newestTimestamp: Int64?
}
