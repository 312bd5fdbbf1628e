import Ratings
import Storage

extension RatingDistribution {
  /// The distribution for other programs.
  var json: JSONValue {
    [
      "mean": .numberOrNull(mean), "median": .numberOrNull(median),
      "standard_deviation": .numberOrNull(standardDeviation),
      "distinct_values": distinctValues.map { .integer($0) } ?? .null,
      "step": step.map { .number(JSONNumber($0)) } ?? .null,
      "bins": .array(
        bins.map {
          [
            "lower": .number(JSONNumber($0.lower)), "upper": .number(JSONNumber($0.upper)),
            "ratings": .integer($0.count),
          ]
        }),
    ]
  }
}

extension ActivityProfile {
  /// The activity for other programs.
  var json: JSONValue {
    [
      "with_one_rating": .integer(withOneRating),
      "quantiles": .object(
        quantiles.map { JSONMember(key: Self.name(of: $0.percent), value: .integer($0.count)) }),
      "gini": .numberOrNull(gini),
      "doublings": .array(doublings.map { .integer($0) }),
      "curve": .array(
        curve.map {
          [
            "rank": .integer($0.rank), "ratings": .integer($0.count),
            "cumulative": .integer($0.cumulative),
          ]
        }),
    ]
  }

  private static func name(of percent: Int) -> String {
    switch percent {
    case 0: "min"
    case 50: "median"
    case 100: "max"
    default: "p\(percent)"
    }
  }
}

extension TimeProfile {
  /// The times for other programs.
  var json: JSONValue {
    [
      "first": .integer(Int(first)), "last": .integer(Int(last)),
      "months_per_period": .integer(monthsPerPeriod),
      "periods": .array(
        periods.map {
          [
            "year": .integer($0.year), "month": .integer($0.month), "ratings": .integer($0.count),
          ]
        }),
    ]
  }
}
