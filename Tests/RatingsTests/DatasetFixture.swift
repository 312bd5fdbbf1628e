@testable import Ratings

/// Short ways to datasets whose rows a test writes out.
enum DatasetFixture {
  /// Returns the dataset of the text of a `ratings.csv`.
  static func csv(
    _ text: String, items: String? = nil, options: ParsingOptions = ParsingOptions()
  ) throws(RatingsError) -> RatingsDataset {
    let raw = try ratings(text, options: options)
    let rawItems: RawItems? =
      if let items { try Self.items(items, maxBadRows: options.maxBadRows) } else { nil }
    return try RatingsDataset(raw: raw, items: rawItems, options: options)
  }

  static func ratings(
    _ text: String, format: RatingsFormat = .movielensCSV,
    options: ParsingOptions = ParsingOptions(), chunkSize: Int = .max
  ) throws(RatingsError) -> RawRatings {
    try ratings(Array(text.utf8), format: format, options: options, chunkSize: chunkSize)
  }

  static func ratings(
    _ bytes: [UInt8], format: RatingsFormat = .movielensCSV,
    options: ParsingOptions = ParsingOptions(), chunkSize: Int = .max
  ) throws(RatingsError) -> RawRatings {
    var parser = RatingsParser(file: "ratings.csv", format: format, options: options)
    for chunk in chunks(of: bytes, size: chunkSize) { try parser.parse(chunk) }
    return try parser.finish()
  }

  static func items(
    _ text: String, format: RatingsFormat = .movielensCSV,
    options: ItemsParsingOptions = ItemsParsingOptions(), maxBadRows: Int = 0,
    chunkSize: Int = .max
  ) throws(RatingsError) -> RawItems {
    try items(
      Array(text.utf8), format: format, options: options, maxBadRows: maxBadRows,
      chunkSize: chunkSize)
  }

  static func items(
    _ bytes: [UInt8], format: RatingsFormat = .movielensCSV,
    options: ItemsParsingOptions = ItemsParsingOptions(), maxBadRows: Int = 0,
    chunkSize: Int = .max
  ) throws(RatingsError) -> RawItems {
    var parser = ItemsParser(
      file: "movies.csv", format: format, options: options, maxBadRows: maxBadRows)
    for chunk in chunks(of: bytes, size: chunkSize) { try parser.parse(chunk) }
    return try parser.finish()
  }

  /// Returns a dataset of (user, item, rating, timestamp) rows.
  static func rows(_ rows: [(Int, Int, Float, Int64)]) throws(RatingsError) -> RatingsDataset {
    var raw = RawRatings(file: "ratings.csv")
    for (user, item, value, timestamp) in rows {
      raw.append(user: "\(user)", item: "\(item)", value: value, timestamp: timestamp)
    }
    return try RatingsDataset(raw: raw, items: nil, options: ParsingOptions())
  }

  private static func chunks(of bytes: [UInt8], size: Int) -> [[UInt8]] {
    guard size < bytes.count else { return [bytes] }
    return stride(from: 0, to: bytes.count, by: size).map {
      Array(bytes[$0..<min($0 + size, bytes.count)])
    }
  }
}
