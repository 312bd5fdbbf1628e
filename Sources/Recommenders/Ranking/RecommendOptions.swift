/// What the lists are ordered by.
public enum RankingOrder: String, CaseIterable, Sendable {
  /// The predicted rating.
  case rating
  /// What the rating is at least, as far as the model knows: mean − z · standard deviation.
  case lowerBound = "lower-bound"
  /// Relevance, the predicted rating and rarity together.
  case relevance
}

/// The items that may be recommended, by their ids.
public struct CandidateOptions: Equatable, Sendable {
  /// The only items that may be; `nil`, the default, is all.
  public var allow: [String]?
  /// Items that may not be, whatever else says they may. The default is none.
  public var deny: [String] = []

  /// Creates the default options.
  public init() {}
}

/// How many items are recommended, which ones may be, and in what order.
public struct RecommendOptions: Equatable, Sendable {
  /// The length of each user's list. The default is 10.
  public var k: Int = 10
  /// The least number of ratings of an item that may be recommended. The default is 1.
  public var minItemRatings: Int = 1
  /// The items that may be recommended, by their ids. The default is all.
  public var candidates = CandidateOptions()
  /// The rating from which an item counts as relevant. The default is 4.
  public var relevanceThreshold: Double = 4
  /// The most reasons that are given for each recommendation. The default is 0.
  public var explain: Int = 0
  /// What the lists are ordered by as it was given; `nil` where the job does not say.
  public var givenRankBy: RankingOrder?
  /// What the lists are ordered by. A plan decides where it was not given.
  public var rankBy: RankingOrder {
    get { givenRankBy ?? .rating }
    set { givenRankBy = newValue }
  }
  /// z of `lower-bound`: how many standard deviations are taken off. The default is 1.
  public var z: Double = 1
  /// What `relevance` is made of.
  public var relevance = RelevanceOptions()
  /// How much a list avoids items like those already in it, from 0 to 1. The default is 0.
  public var diversity: Double = 0
  /// How many items of a list may have a genre in common; `nil` for any number, the default.
  public var maxPerGenre: Int?

  /// Creates the default options.
  public init() {}

  /// Whether something keeps the items of a list from being all of a kind.
  public var isSpread: Bool { diversity > 0 || maxPerGenre != nil }

  /// Whether lists are in the order of the ranking keys.
  public var isByKey: Bool { rankBy == .rating && !isSpread }
}

/// The relevance models that a job can rank by.
public enum RelevanceModelType: String, CaseIterable, Sendable {
  /// `ease` up to 5,000 users or items, `ials` beyond that.
  case auto
  /// The linear model in closed form.
  case ease
  /// Factors of implicit feedback.
  case ials

  /// The size of the smaller side up to which `auto` is `ease`.
  public static let largestAuto = 5_000

  /// The type of model that this is for data of a size.
  public func resolved(users: Int, items: Int) -> ModelType {
    switch self {
    case .auto: min(users, items) <= Self.largestAuto ? .ease : .ials
    case .ease: .ease
    case .ials: .ials
    }
  }
}

/// What the order by relevance is made of.
public struct RelevanceOptions: Equatable, Sendable {
  /// The relevance model. The default is `auto`.
  public var model: RelevanceModelType = .auto
  /// How `ease` learns; its threshold is that of the lists.
  public var ease = EaseOptions()
  /// The weights of the blend.
  public var weights = BlendWeights()

  /// Creates the default options.
  public init() {}
}
