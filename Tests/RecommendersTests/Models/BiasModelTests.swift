import Ratings
import Testing

@testable import Recommenders

struct BiasModelTests {
  private let ratings = RatingColumns(
    users: [0, 0, 1, 1, 2].map { UserIndex($0) }, items: [0, 1, 0, 2, 1].map { ItemIndex($0) },
    values: [5, 3, 4, 2, 1])

  @Test func offsetsAreThoseOfThePlainSweeps() {
    let model = BiasModel.fit(
      ratings, users: 4, items: 4, scale: RatingScale(minimum: 1, maximum: 5))
    let mean = 3.0
    var (users, items) = ([Double](repeating: 0, count: 4), [Double](repeating: 0, count: 4))
    for _ in 0..<15 {
      for item in 0..<4 {
        let rows = (0..<5).filter { ratings.items[$0].position == item }
        let sum = rows.reduce(0.0) {
          $0 + Double(ratings.values[$1]) - mean - users[ratings.users[$1].position]
        }
        items[item] = sum / (Double(rows.count) + 2)
      }
      for user in 0..<4 {
        let rows = (0..<5).filter { ratings.users[$0].position == user }
        let sum = rows.reduce(0.0) {
          $0 + Double(ratings.values[$1]) - mean - items[ratings.items[$1].position]
        }
        users[user] = sum / (Double(rows.count) + 2)
      }
    }
    for user in 0..<4 {
      for item in 0..<4 {
        let rating = model.predictedRating(of: ItemIndex(item), by: UserIndex(user))
        #expect(abs(Double(rating) - (mean + users[user] + items[item])) < 1e-6)
      }
    }
    #expect(users[3] == 0 && items[3] == 0)
  }

  @Test func ofNothingPredictsZero() {
    let model = BiasModel.fit(
      ratings.selecting([]), users: 1, items: 1, scale: RatingScale(minimum: 0, maximum: 0))
    #expect(model.predictedRating(of: ItemIndex(0), by: UserIndex(0)) == 0)
  }
}
