import Driver
import Glibc
@testable import Ratings

@main struct RatingsFuzzer {
  static func main() {
    exit(runFuzzer(CommandLine.argc, CommandLine.unsafeArgv, parseRatings))
  }
}

/// Parses any bytes as ratings and as items; the first byte chooses the format, the second how the
/// bytes are cut. What comes out must not depend on the cuts.
private func parseRatings(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
  let bytes = [UInt8](UnsafeBufferPointer(start: start, count: count))
  guard let choice = bytes.first, let cut = bytes.dropFirst().first else { return 0 }
  let formats = RatingsFormat.allCases.filter { $0 != .auto }
  let format = formats[Int(choice) % formats.count]
  var options = ParsingOptions()
  options.maxBadRows = Int(choice >> 4)
  let text = Array(bytes.dropFirst(2))

  let whole = ratings(text, format, options, pieceSize: max(text.count, 1))
  let pieces = ratings(text, format, options, pieceSize: Int(cut) + 1)
  precondition(whole == pieces, "the ratings depend on how the bytes are cut")
  let wholeItems = items(text, format, options, pieceSize: max(text.count, 1))
  let itemsOfPieces = items(text, format, options, pieceSize: Int(cut) + 1)
  precondition(wholeItems == itemsOfPieces, "the items depend on how the bytes are cut")
  return 0
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
  _ text: [UInt8], _ format: RatingsFormat, _ options: ParsingOptions, pieceSize: Int
) -> String {
  var parser = ItemsParser(file: "items", format: format, options: options)
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
