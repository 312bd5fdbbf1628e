/// How an export cuts lists in pieces that threads turn into text, and how much text there is then.
///
/// Pieces are counted in recommendations, so that neither long lists nor many threads make much of it.
public struct ExportPieces: Equatable, Sendable {
  /// The lists of a piece.
  let lists: Int
  /// The pieces that are made at a time, while as many wait to be written.
  let atATime: Int
  private let longestList: Int

  /// The recommendations of a piece, unless a single list has more.
  private static let recommendations = 8192
  /// The recommendations of the pieces that are made at a time.
  private static let recommendationsAtATime = 32 * recommendations
  /// A recommendation as text, with an id and a title of common lengths.
  private static let bytesPerRecommendation = 128

  /// Cuts lists of which the longest has as many recommendations.
  public init(longestList: Int, threads: Int) {
    self.longestList = max(longestList, 1)
    lists = max(Self.recommendations / self.longestList, 1)
    let most = Self.recommendationsAtATime / (lists * self.longestList)
    atATime = max(min(4 * threads, most), 1)
  }

  /// The room that the text of a piece is given.
  var bytes: Int { lists * longestList * Self.bytesPerRecommendation }

  /// About how many bytes of text an export of so many lists holds at most.
  public func bytesHeld(lists count: Int) -> Int {
    min(count, 2 * atATime * lists) * longestList * Self.bytesPerRecommendation
  }
}
