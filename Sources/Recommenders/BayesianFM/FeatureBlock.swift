/// Consecutive features of a block that share their hyperparameters.
struct FeatureGroup: Sendable, Equatable {
  /// What the features are: `user`, `genre`, …
  var name: String
  /// The number of features.
  var count: Int
  /// How many of the model's factors the features have.
  var share: FactorShare = .all
}

/// How many of a model's factors the features of a group have, the first ones.
///
/// Users and items, and who rated what, need many to tell what is alike. With as many, features that
/// are few ratings' or that say little catch noise: with 16 factors for all features the error on
/// validation rows is 0.0045 higher than with these shares, which were chosen there.
enum FactorShare: Sendable {
  /// Two factors: what says when a rating was given.
  case time
  /// Four factors: what few items share, such as a word of the title.
  case narrow
  /// Eight factors: what many items share, such as a genre, alone or together with the user.
  case broad
  /// All factors: users, items, and the implicit sets.
  case all

  /// The number of factors in a model that has `factors` of them.
  func count(of factors: Int) -> Int {
    switch self {
    case .time: min(2, factors)
    case .narrow: min(4, factors)
    case .broad: min(8, factors)
    case .all: factors
    }
  }
}

/// Rows of features that many ratings share: a relational block, such as one row for each user.
///
/// A rating's features are those of its row of every block, side by side. The rows are stored once
/// and not once for each rating, which is what makes large sets of features cheap (Rendle,
/// *Scaling Factorization Machines to Relational Data*, 2013).
struct FeatureBlock: Sendable {
  /// What the rows stand for: `user`, `item`, …
  var name: String
  /// The row of each rating.
  var rowOfRating: [UInt32]
  /// Where each row's features begin, and where the last one's end.
  var starts: [Int]
  /// The features of the rows, ascending within a row; numbered within the block.
  var indices: [UInt32]
  /// Their values.
  var values: [Float]
  /// The groups of the features in ascending order; together all of them.
  var groups: [FeatureGroup]

  /// The number of rows.
  var rowCount: Int { starts.count - 1 }
  /// The number of features.
  var featureCount: Int { groups.reduce(0) { $0 + $1.count } }

  /// Stops the program if the parts do not fit together: a block is made by this module alone.
  func check(ratings: Int) {
    precondition(rowOfRating.count == ratings, "each rating has a row of each block")
    precondition(starts.first == 0 && starts.last == indices.count, "rows cover the entries")
    precondition(indices.count == values.count, "each entry has a value")
    precondition(rowOfRating.allSatisfy { Int($0) < rowCount }, "no such row")
    let features = featureCount
    precondition(indices.allSatisfy { Int($0) < features }, "no such feature")
    for row in 0..<rowCount {
      precondition(starts[row] <= starts[row + 1], "rows are in ascending order")
      for entry in starts[row]..<starts[row + 1] where entry > starts[row] {
        precondition(indices[entry - 1] < indices[entry], "features ascend within a row")
      }
    }
  }
}
