import Ratings

extension FeatureTables.Encodings {
  /// Finds what the features of a network are made of in its training rows.
  init(
    _ options: ModelOptions, ratings: RatingSubset, users: Int, items: Int, details: [ItemDetails]
  ) {
    let features = options.features ?? []
    if features.contains(.genres) { genres = GenreEncoding(details, items: items) }
    if features.contains(.date) {
      date = DateEncoding(ratings)
      firstDays = DateEncoding.firstDays(ratings, users: users)
    }
  }
}

extension ModelDetails {
  /// The details of a network; none if it is the tutorial's.
  init(_ options: ModelOptions, _ encodings: FeatureTables.Encodings) {
    let network = NeuralDetails(
      userFactors: options.userFactors ?? options.factors,
      itemFactors: options.itemFactors ?? options.factors, genres: encodings.genres?.names,
      date: encodings.date)
    let isTutorial =
      !network.hasFeatures && network.userFactors == options.factors
      && network.itemFactors == options.factors
    self = isTutorial ? .none : .neural(network)
  }
}
