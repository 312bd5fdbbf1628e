import Ratings

/// The rows that a search works with: those that are not held out, and no others.
///
/// The held-out rows are left behind before the first trial, so that nothing that is made of them can
/// have an influence.
struct TuningData: Sendable {
  /// The rows that are not held out, in the order of the dataset.
  let ratings: RatingColumns
  /// Which of them models learn from, ascending.
  let train: [Int32]
  /// Which of them trials are judged by, ascending.
  let validation: [Int32]
  /// The number of users of the dataset.
  let users: Int
  /// The number of items of the dataset.
  let items: Int
  /// The scale of the ratings.
  let scale: RatingScale
  /// The items' titles and genres; may be empty.
  let details: [ItemDetails]

  /// Takes the rows of a dataset that are not held out.
  ///
  /// - Precondition: The validation rows are carved out of these.
  init(_ dataset: RatingsDataset, _ split: DatasetSplit) {
    self.init(
      ratings: dataset.ratings, split: split, users: dataset.users.count,
      items: dataset.items.count, scale: dataset.scale, details: dataset.itemDetails)
  }

  init(
    ratings: RatingColumns, split: DatasetSplit, users: Int, items: Int, scale: RatingScale,
    details: [ItemDetails]
  ) {
    let rows = split.trainAndCarvedValidation
    precondition(
      split.train.count + split.validation.count == rows.count, "the held-out rows are watched")
    self.ratings = ratings.selecting(rows)
    var (train, validation): ([Int32], [Int32]) = ([], [])
    for (place, row) in rows.enumerated() {
      if validation.count < split.validation.count, split.validation[validation.count] == row {
        validation.append(Int32(place))
      } else {
        train.append(Int32(place))
      }
    }
    self.train = train
    self.validation = validation
    self.users = users
    self.items = items
    self.scale = scale
    self.details = details
  }

  private init(_ data: TuningData, isKept: (UserIndex) -> Bool) {
    ratings = data.ratings
    train = data.train.filter { isKept(data.ratings.users[Int($0)]) }
    validation = data.validation.filter { isKept(data.ratings.users[Int($0)]) }
    users = data.users
    items = data.items
    scale = data.scale
    details = data.details
  }

  /// The rows of a part of the users, chosen at random; a larger part has all those of a smaller one.
  ///
  /// If the part has no rows of one kind, all users are kept.
  func part(_ share: Double, seed: UInt32) -> TuningData {
    guard share < 1 else { return self }
    let order = CounterBasedGenerator(seed: seed, stream: .search).permutation(of: users, epoch: 0)
    var isKept = [Bool](repeating: false, count: users)
    for user in order.prefix(HalvingSchedule.part(share, of: users)) { isKept[Int(user)] = true }
    let part = TuningData(self) { isKept[$0.position] }
    return part.train.isEmpty || part.validation.isEmpty ? self : part
  }
}
