import Ratings

/// The genres of each item, as rows of the genres' embeddings.
///
/// Row 0 is for items without genres; the genres follow in the order of their UTF-8 bytes. A genre that
/// an item names twice counts once.
struct GenreEncoding: Equatable, Sendable {
  /// The names of the genres, from row 1 on.
  let names: [String]
  /// The rows of all items, one item after the other.
  private let rows: [UInt32]
  /// Where each item's rows start, and the end.
  private let starts: [Int]

  /// Finds the genres of items; items beyond the details have none.
  init(_ details: [ItemDetails], items: Int) {
    var distinct: [[UInt8]] = []
    for genre in details.lazy.flatMap(\.genres).map({ Array($0.utf8) }) { distinct.append(genre) }
    distinct.sort { $0.lexicographicallyPrecedes($1) }
    distinct = distinct.enumerated().filter { $0 == 0 || distinct[$0 - 1] != $1 }.map(\.element)
    let numbers = Dictionary(
      distinct.enumerated().map { ($1, UInt32($0 + 1)) }, uniquingKeysWith: { first, _ in first })
    var (rows, starts): ([UInt32], [Int]) = ([], [0])
    for item in 0..<items {
      let genres = item < details.count ? details[item].genres : []
      let found = Set(genres.compactMap { numbers[Array($0.utf8)] }).sorted()
      rows += found.isEmpty ? [0] : found
      starts.append(rows.count)
    }
    names = distinct.map { String(decoding: $0, as: UTF8.self) }
    self.rows = rows
    self.starts = starts
  }

  /// The rows of an item, ascending; at least one.
  func rows(of item: Int) -> ArraySlice<UInt32> { rows[starts[item]..<starts[item + 1]] }
}
