import Acquisition
import Ratings
import Storage

/// Connects the bytes of a fetched dataset to the parsers.
enum DatasetReading {
  /// Reads the ratings, and the titles where there are any, in one pass over the archive.
  static func read(_ fetched: FetchedDataset, options: DatasetOptions) throws -> RatingsDataset {
    let reader = MemberStream(fetched)
    let found = try reader.members()
    let layout = try FormatDetection.detect(
      memberNames: found.map(\.name), format: options.parsing.format,
      ratings: options.ratings, items: options.items)
    var ratings = RatingsParser(
      file: layout.ratingsMember, format: layout.format, options: options.parsing,
      expectedBytes: found.first { $0.name == layout.ratingsMember }?.size)
    var items = layout.itemsMember.map {
      ItemsParser(file: $0, format: layout.format, options: options.parsing)
    }
    let members = [layout.ratingsMember] + (layout.itemsMember.map { [$0] } ?? [])
    try reader.read(members: members) { member, chunk in
      if Task.isCancelled { throw AcquisitionError.cancelled }
      if member == layout.ratingsMember {
        try ratings.parse(chunk)
      } else {
        try items?.parse(chunk)
      }
    }
    let rawRatings = try ratings.finish()
    let rawItems = try items?.finish()
    return try RatingsDataset(raw: consume rawRatings, items: rawItems, options: options.parsing)
  }
}
