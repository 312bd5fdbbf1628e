import Ratings

@testable import Recommenders

/// What lists of everything say of each item.
enum ListedScores {
  /// The scores of a user's list of all items, by item.
  static func of(_ model: any RatingPredictor, user: Int) -> [Int: Float] {
    let (users, items) = (model.configuration.users, model.configuration.items)
    let recommender = TopNRecommender(
      model: model,
      excluding: InteractionMatrix(
        users: users, columns: RatingColumns(users: [], items: [], values: [])),
      candidates: Array(repeating: true, count: items), k: items)
    let list = recommender.recommend(user..<user + 1)[0].items
    return Dictionary(uniqueKeysWithValues: list.map { ($0.item.position, $0.score) })
  }
}
