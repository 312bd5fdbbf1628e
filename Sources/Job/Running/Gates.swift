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
  }

  /// Compares a result's metrics with the bounds, and with the metrics of the latest run.
  ///
  /// `isComparable` is false where the model or the split is not that of the latest run: its errors
  /// then only warn.
  func check(
    metrics: JSONValue, lists: [RecommendationList], model: any RatingPredictor,
    previous: JSONValue?, isComparable: Bool
  ) -> Findings {
    var findings = Findings()
    checkNumbers(metrics, lists, model, &findings)
    checkErrors(metrics, previous: previous, isComparable: isComparable, &findings)
    checkShrink(metrics, previous: previous, &findings)
    return findings
  }

  private func checkNumbers(
    _ metrics: JSONValue, _ lists: [RecommendationList], _ model: any RatingPredictor,
    _ findings: inout Findings
  ) {
    for tensor in model.tensors where !tensor.values.allSatisfy(\.isFinite) {
      findings.refusals.append("a parameter in \(tensor.name) is not a finite number")
    }
    if Self.rmse(metrics, "model") == nil {
      findings.refusals.append("the test RMSE is not a finite number")
    }
    if lists.contains(where: { $0.items.contains { !$0.score.isFinite } }) {
      findings.refusals.append("the score of a recommendation is not a finite number")
    }
  }

  private func checkErrors(
    _ metrics: JSONValue, previous: JSONValue?, isComparable: Bool, _ findings: inout Findings
  ) {
    guard let rmse = Self.rmse(metrics, "model") else { return }
    if let bound = options.maxTestRMSE, rmse > bound {
      findings.refusals.append(
        "the test RMSE \(Self.text(rmse)) is above gates.max_test_rmse \(Self.text(bound))")
    }
    if let bound = options.maxRMSEIncrease,
      let before = previous.flatMap({ Self.rmse($0, "model") }), rmse - before > bound
    {
      let finding =
        "the test RMSE rose from \(Self.text(before)) to \(Self.text(rmse)), by more than "
        + "gates.max_rmse_increase \(Self.text(bound))"
      if isComparable {
        findings.refusals.append(finding)
      } else {
        findings.warnings.append(finding + "; the model or the split is another")
      }
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

  private static func rmse(_ metrics: JSONValue, _ method: String) -> Double? {
    metrics["evaluation"]?[method]?["rmse"]?.doubleValue
  }

  private static func text(_ value: Double) -> String {
    TextTable.rounded(value, digits: 6)
  }
}
