import Acquisition
import Ratings
import Storage

/// Connects the bytes of fetched files to the parsers.
enum DatasetReading {
  /// Reads the ratings, and the titles where there are any, in one pass over each archive.
  static func read(
    _ fetched: FetchedFiles, options: DatasetOptions, progress: RunProgress? = nil
  ) throws -> RatingsDataset {
    let reader = MemberStream(fetched.dataset)
    let found = try reader.members()
    let memberOfItems = options.items.haveSources ? nil : options.items.member
    let layout = try FormatDetection.detect(
      memberNames: found.map(\.name), format: options.parsing.format,
      ratings: options.ratings, items: memberOfItems)
    let size = found.first { $0.name == layout.ratingsMember }?.size
    var ratings = RatingsParser(
      file: layout.ratingsMember, format: layout.format, options: options.parsing,
      expectedBytes: size)
    var bytesRead = 0

    let itemsReader = fetched.items.map { MemberStream($0) }
    var itemsMember = layout.itemsMember
    var itemsFormat = options.items.parsing.format
    if let itemsReader {
      (itemsMember, itemsFormat) = try FormatDetection.detectItems(
        memberNames: itemsReader.members().map(\.name), format: itemsFormat,
        member: options.items.member, ratingsFormat: layout.format)
    } else if let member = itemsMember {
      itemsFormat = try FormatDetection.detectItems(
        memberNames: [member], format: itemsFormat, ratingsFormat: layout.format
      ).format
    }
    var items = itemsMember.map {
      ItemsParser(
        file: $0, format: itemsFormat, options: options.items.parsing,
        maxBadRows: options.parsing.maxBadRows)
    }
    let wanted = [layout.ratingsMember] + (itemsReader == nil ? itemsMember.map { [$0] } ?? [] : [])
    try reader.read(members: wanted) { member, chunk in
      if Task.isCancelled { throw AcquisitionError.cancelled }
      if member == layout.ratingsMember {
        try ratings.parse(chunk)
        bytesRead += chunk.count
        progress?.read(member, bytes: bytesRead, of: size)
      } else {
        try items?.parse(chunk)
      }
    }
    let rawRatings = try ratings.finish()
    if let itemsReader, let itemsMember {
      try itemsReader.read(members: [itemsMember]) { _, chunk in
        if Task.isCancelled { throw AcquisitionError.cancelled }
        try items?.parse(chunk)
      }
    }
    let rawItems = try items?.finish()
    return try RatingsDataset(raw: consume rawRatings, items: rawItems, options: options.parsing)
  }
}
