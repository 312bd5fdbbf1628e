import Driver
import Glibc
@testable import Ratings

@main struct RatingsFuzzer {
  static func main() {
    exit(runFuzzer(CommandLine.argc, CommandLine.unsafeArgv, parseRatings))
  }
}

/// Parses any bytes as ratings and as items; the first byte chooses the format, the second how the
/// bytes are cut, the third how a job describes the file. What comes out must not depend on the cuts.
private func parseRatings(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
  let bytes = [UInt8](UnsafeBufferPointer(start: start, count: count))
  guard let choice = bytes.first, let cut = bytes.dropFirst().first else { return 0 }
  let formats = RatingsFormat.allCases.filter { $0 != .auto }
  let format = formats[Int(choice) % formats.count]
  var options = ParsingOptions()
  options.maxBadRows = Int(choice >> 4)
  var itemsOptions = ItemsParsingOptions()
  var text = Array(bytes.dropFirst(2))
  if format.isDescribedByJob, let details = text.first {
    text.removeFirst()
    describe(&options, &itemsOptions, details, format)
  }

  let whole = ratings(text, format, options, pieceSize: max(text.count, 1))
  let pieces = ratings(text, format, options, pieceSize: Int(cut) + 1)
  precondition(whole == pieces, "the ratings depend on how the bytes are cut")
  let wholeItems = items(text, format, itemsOptions, options, pieceSize: max(text.count, 1))
  let itemsOfPieces = items(text, format, itemsOptions, options, pieceSize: Int(cut) + 1)
  precondition(wholeItems == itemsOfPieces, "the items depend on how the bytes are cut")
  return 0
}

/// Describes a file, a bit of a byte for each choice.
private func describe(
  _ options: inout ParsingOptions, _ items: inout ItemsParsingOptions, _ details: UInt8,
  _ format: RatingsFormat
) {
  func bit(_ number: UInt8) -> Bool { details >> number & 1 == 1 }
  options.rows.delimiter = bit(0) ? ";;;" : ","
  options.rows.header = !bit(1)
  options.rows.quotes = !bit(2)
  options.rows.comment = bit(3) ? "##" : nil
  options.rows.encoding = FileEncoding.allCases[Int(details >> 4) % FileEncoding.allCases.count]
  items.rows = options.rows
  if format == .jsonLines {
    options.columns.user = .named("who.id")
    items.columns.genres = .named("genres")
  } else if bit(1) {
    (options.columns.user, options.columns.item) = (.position(0), .position(1))
    options.columns.rating = .position(2)
    (items.columns.item, items.columns.title) = (.position(0), .position(1))
    items.columns.genres = .position(2)
  }
  if bit(7) {
    options.columns.timestamp = format == .jsonLines || !bit(1) ? .named("at") : .position(3)
    options.timestamps = bit(6) ? .iso8601 : .milliseconds
    options.filters.since = 0
    options.filters.minUserRatings = 2
  }
}

/// All that a parser makes of ratings, as text.
private func ratings(
  _ text: [UInt8], _ format: RatingsFormat, _ options: ParsingOptions, pieceSize: Int
) -> String {
  var parser = RatingsParser(file: "ratings", format: format, options: options)
  do throws(RatingsError) {
    for piece in pieces(of: text, pieceSize) { try parser.parse(piece) }
    let raw = try parser.finish()
    precondition(raw.values.allSatisfy(\.isFinite), "a rating is not finite")
    precondition(raw.count == raw.users.count && raw.count == raw.items.count, "columns differ")
    let dataset = "\(raw.userLabels) \(raw.itemLabels) \(raw.users) \(raw.items) \(raw.values)"
    // What is made of the rows must be as safe as they are.
    let encoded = try RatingsDataset(raw: raw, items: nil, options: options)
    return "\(dataset) \(raw.skipped) \(encoded.ratings.count)"
  } catch {
    return error.description
  }
}

/// All that a parser makes of items, as text.
private func items(
  _ text: [UInt8], _ format: RatingsFormat, _ layout: ItemsParsingOptions,
  _ options: ParsingOptions, pieceSize: Int
) -> String {
  var parser = ItemsParser(
    file: "items", format: format, options: layout, maxBadRows: options.maxBadRows)
  do throws(RatingsError) {
    for piece in pieces(of: text, pieceSize) { try parser.parse(piece) }
    return "\(try parser.finish())"
  } catch {
    return error.description
  }
}

private func pieces(of text: [UInt8], _ size: Int) -> [[UInt8]] {
  stride(from: 0, to: text.count, by: size).map { Array(text[$0..<min($0 + size, text.count)]) }
}
