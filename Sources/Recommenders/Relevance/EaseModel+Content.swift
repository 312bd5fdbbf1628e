import Ratings

extension EaseModel {
  /// What items have in common, as further rows of X: somebody for each genre, for each year of release
  /// and for each five years, who chose the items that have it (Jeunen, Van Balen and Goethals,
  /// *Closed-Form Models for Collaborative Filtering with Side-Information*, 2020).
  ///
  /// An item's input in the rows of its genres is `input` / √n for n genres. Without `input`, or where
  /// nothing is known of the items, there are no rows.
  static func content(
    _ details: [ItemDetails], items: Int, input: Double
  ) -> [[WeightedInteractions.Entry]] {
    guard input > 0, !details.isEmpty else { return [] }
    let features = ItemFeatures(details, items: items, names: [.genres, .releaseYear])
    var rows = [[WeightedInteractions.Entry]](
      repeating: [], count: features.groups.reduce(0) { $0 + $1.count })
    for item in 0..<items {
      for place in features.rows.places(of: item) {
        rows[Int(features.rows.indices[place])].append(
          WeightedInteractions.Entry(
            other: UInt32(item), weight: Float(input) * features.rows.values[place]))
      }
    }
    return rows
  }
}
