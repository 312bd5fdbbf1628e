import Ratings
import Recommenders
import Storage

/// The reasons why a result was not published.
public struct GateRefusal: Error, Equatable, Sendable, CustomStringConvertible {
  /// A clause for each gate that refused.
  public let reasons: [String]
  /// Where the refused result's metrics are.
  public let rejectedDirectory: String

  /// One line for people.
  public var description: String {
    "nothing was published and the latest run stays, because "
      + reasons.joined(separator: ", and because ")
      + "; the refused result's metrics are in \(rejectedDirectory)"
  }
}

/// Decides whether a result may be published.
struct Gates {
  let options: GateOptions

  /// What the gates found.
  struct Findings: Equatable {
    var refusals: [String] = []
    var warnings: [String] = []

    /// Adds what a comparison has found: a refusal only where like was compared with like.
    fileprivate mutating func add(_ finding: String, _ earlier: Earlier?) {
      if earlier?.isComparable ?? true {
        refusals.append(finding)
      } else {
        warnings.append(finding + "; the model or the split is another")
      }
    }
  }

  /// What an earlier run is to a result.
  struct Earlier {
    /// Its `metrics.json`, or `nil` if that cannot be read.
    var metrics: JSONValue?
    /// Whether its model and its split are the same: errors and lists only warn where they are not.
    var isComparable = true
    /// How much its lists have in common with the result's, or `nil` where that is not known.
    var lists: ListComparison?
  }

  /// Compares a result with the bounds, and with the latest run.
  func check(
    _ result: JobResult, candidates: Candidates, changes: ChangesDocument
  ) -> Findings {
    let dataset = result.trained.dataset
    return check(
      metrics: result.metrics, lists: result.lists, model: result.trained.exported,
      withoutList: candidates.usersWithoutList(result.lists, in: dataset)
        .map { dataset.users.label(of: $0) },
      earlier: changes.previous.map {
        Earlier(
          metrics: $0.metrics, isComparable: changes.isComparable, lists: changes.lists?.comparison)
      })
  }

  /// Compares the parts of a result with the bounds, and with an earlier run; `withoutList` are the
  /// users who have candidates and no list.
  func check(
    metrics: JSONValue, lists: [RecommendationList], model: any RatingPredictor,
    withoutList: [String], earlier: Earlier?
  ) -> Findings {
    var findings = Findings()
    checkNumbers(metrics, lists, model, &findings)
    if let first = withoutList.first {
      findings.refusals.append(
        "there are items for \(withoutList.count) users who have no list, the first of them "
          + "\"\(first)\"")
    }
    checkErrors(metrics, earlier, &findings)
    checkShrink(metrics, previous: earlier?.metrics, &findings)
    checkOverlap(earlier, &findings)
    return findings
  }

  private func checkNumbers(
    _ metrics: JSONValue, _ lists: [RecommendationList], _ model: any RatingPredictor,
    _ findings: inout Findings
  ) {
    for tensor in model.tensors where !tensor.values.allSatisfy(\.isFinite) {
      findings.refusals.append("a parameter in \(tensor.name) is not a finite number")
    }
    if !model.configuration.type.isRelevance, Self.rmse(metrics, "model") == nil {
      findings.refusals.append("the test RMSE is not a finite number")
    }
    if lists.contains(where: { $0.items.contains { !$0.score.isFinite } }) {
      findings.refusals.append("the score of a recommendation is not a finite number")
    }
  }

  private func checkErrors(
    _ metrics: JSONValue, _ earlier: Earlier?, _ findings: inout Findings
  ) {
    guard let rmse = Self.rmse(metrics, "model") else { return }
    if let bound = options.maxTestRMSE, rmse > bound {
      findings.refusals.append(
        "the test RMSE \(Self.text(rmse)) is above gates.max_test_rmse \(Self.text(bound))")
    }
    if let bound = options.maxRMSEIncrease,
      let before = earlier?.metrics.flatMap({ Self.rmse($0, "model") }), rmse - before > bound
    {
      findings.add(
        "the test RMSE rose from \(Self.text(before)) to \(Self.text(rmse)), by more than "
          + "gates.max_rmse_increase \(Self.text(bound))", earlier)
    }
    guard options.beatBaseline != .off, let baseline = Self.rmse(metrics, "baseline"),
      rmse >= baseline
    else { return }
    let finding =
      "the test RMSE \(Self.text(rmse)) does not beat the bias baseline's \(Self.text(baseline))"
    if options.beatBaseline == .require {
      findings.refusals.append(finding)
    } else {
      findings.warnings.append(finding)
    }
  }

  private func checkShrink(
    _ metrics: JSONValue, previous: JSONValue?, _ findings: inout Findings
  ) {
    guard let previous else { return }
    for key in ["ratings", "users", "items"] {
      guard let before = previous["data"]?[key]?.intValue,
        let after = metrics["data"]?[key]?.intValue,
        Double(before) - Double(after) > options.maxShrink * Double(before)
      else { continue }
      findings.refusals.append(
        "the number of \(key) fell from \(before) to \(after), by more than "
          + "gates.max_shrink \(Self.text(options.maxShrink))")
    }
  }

  private func checkOverlap(_ earlier: Earlier?, _ findings: inout Findings) {
    guard let bound = options.minOverlap, let earlier else { return }
    guard let lists = earlier.lists else {
      findings.warnings.append(
        "the lists cannot be compared with those of the latest run, so that gates.min_overlap has no "
          + "effect")
      return
    }
    guard lists.usersBefore > 0, lists.usersNow > 0 else { return }
    // Where nobody has a list on both nights, nothing is left of the lists.
    let overlap = lists.overlap?.mean ?? 0
    guard overlap < bound else { return }
    findings.add(
      "the lists have a mean overlap@\(lists.k) of \(Self.text(overlap)) with those of the latest "
        + "run, below gates.min_overlap \(Self.text(bound))", earlier)
  }

  private static func rmse(_ metrics: JSONValue, _ method: String) -> Double? {
    metrics["evaluation"]?[method]?["rmse"]?.doubleValue
  }

  private static func text(_ value: Double) -> String {
    TextTable.rounded(value, digits: 6)
  }
}
