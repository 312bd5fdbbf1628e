/// How the lists of one night differ from those of the night before.
///
/// Every list is cut to its first *k* items. With A and B the two lists of a user who has one on both
/// nights:
/// - *overlap@k* is |A ∩ B| / max(|A|, |B|): 1 for the same items in any order, 0 for no common item.
/// - The *rank correlation* is Kendall's τ over the common items, 1 − 4d / n(n − 1) with n common
///   items of which d pairs changed their order (there are no ties): 1 for the same order, −1 for the
///   reverse. It is defined for two common items or more.
///
/// Users whose list is empty count as users without one, so that it does not matter whether a format
/// can tell the two apart.
public struct ListComparison: Equatable, Sendable {
  /// A user whose list has changed.
  public struct ChangedUser: Equatable, Sendable {
    /// The raw id.
    public let user: String
    /// The overlap of the two lists.
    public let overlap: Double
    /// The rank correlation, or `nil` where fewer than two items are in both.
    public let rankCorrelation: Double?
  }

  /// An item that is in lists of one night only.
  public struct ListedItem: Equatable, Sendable {
    /// The raw id.
    public let item: String
    /// The number of users in whose lists it is.
    public let users: Int
  }

  /// How many users and items are named at most where the most changed ones are.
  public static let named = 10

  /// The length to which every list was cut.
  public let k: Int
  /// The users with a list, on the night before.
  public let usersBefore: Int
  /// The users with a list now.
  public let usersNow: Int
  /// The users with a list on both nights.
  public let usersInBoth: Int
  /// Those of them whose list has the same items in the same order.
  public let unchangedUsers: Int
  /// The overlap over the users with a list on both nights; `nil` if there is none.
  public let overlap: Distribution?
  /// The rank correlation over those of them with two common items or more.
  public let rankCorrelation: Distribution?
  /// The users in both whose lists have changed, by rising overlap, then by dense index: the first
  /// of them.
  public let mostChangedUsers: [ChangedUser]
  /// The items that were in any list.
  public let itemsBefore: Int
  /// The items that are in any list.
  public let itemsNow: Int
  /// The number of items that are in a list now and were in none.
  public let enteredItems: Int
  /// The number of items that were in a list and are in none now.
  public let leftItems: Int
  /// The items that entered with the most users now, then in the order of their ids.
  public let mostListedEntered: [ListedItem]
  /// The items that left with the most users before, then in the order of their ids.
  public let mostListedLeft: [ListedItem]
}

extension ListComparison {
  /// Mean and quantiles of a number that some users have.
  public struct Distribution: Equatable, Sendable {
    /// How many users have it.
    public let users: Int
    /// The mean.
    public let mean: Double
    private let values: [Double]

    /// Describes numbers in the order of the users; `nil` if there are none.
    init?(_ values: [Double]) {
      guard !values.isEmpty else { return nil }
      users = values.count
      mean = values.reduce(0, +) / Double(values.count)
      let sorted = values.sorted()
      self.values = Self.quantiles.map { quantile in
        sorted[max((quantile.percent * sorted.count + 99) / 100, 1) - 1]
      }
    }

    private static let quantiles = [
      (name: "minimum", percent: 0), (name: "p5", percent: 5), (name: "p25", percent: 25),
      (name: "median", percent: 50), (name: "p75", percent: 75), (name: "maximum", percent: 100),
    ]

    /// The quantiles by nearest rank, each an actual user's number, with their names.
    public var quantiles: [(name: String, value: Double)] {
      zip(Self.quantiles, values).map { (name: $0.name, value: $1) }
    }
  }
}
