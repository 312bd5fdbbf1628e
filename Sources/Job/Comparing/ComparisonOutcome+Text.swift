import Ratings
import Recommenders
import Storage

extension ComparisonOutcome {
  /// The comparison for a terminal.
  public var text: String {
    var table = TextTable(
      [
        "model", "RMSE", "95 % interval", "p", "MAE", "NDCG@10", "p", "recall", "coverage",
        "listed", "epochs", "parameters", "seconds", "time",
      ], [.left, .right, .left] + (0..<10).map { _ in .right } + [.left])
    for row in rows { table.add(Self.cells(of: row)) }
    return (head + [""] + table.lines + [""] + notes).joined(separator: "\n") + "\n"
  }

  private var head: [String] {
    [
      "\(job): \(rows.count) models on the same split (\(split.strategy.rawValue), seed "
        + "\(split.seed)): trained on \(split.notHeldOut) rows, measured once on \(split.heldOut)"
    ]
  }

  private var notes: [String] {
    var lines = [
      "p: chance of such a difference from the best of the column, if there were none: paired",
      "   bootstrap by user, \(ComparisonOutcome.resamples) resamples, Holm's correction; "
        + "* below \(ComparedDifference.level)",
      "listed: mean rating of the held-out items in the lists; recall is that of the first 10",
      "time: whether predictions use when the rating was given",
    ]
    lines += rows.compactMap { row in row.failure.map { "\(row.name): \($0)" } }
    return lines
  }

  private static func cells(of row: ComparedRow) -> [String] {
    func text(_ value: Double?, _ digits: Int) -> String {
      value.map { fixed($0, digits: digits) } ?? "–"
    }
    let report = row.measurement?.report
    let hasRatings = row.rmse != nil
    let interval = hasRatings ? report?.rmseInterval : nil
    return [
      row.name, text(row.rmse, 4),
      interval.map { "\(fixed($0.lower, digits: 4)) to \(fixed($0.upper, digits: 4))" } ?? "–",
      hasRatings ? p(row.rmseDifference) : "–", text(hasRatings ? report?.errors.mae : nil, 4),
      text(row.ndcg, 4), row.ndcg == nil ? "–" : p(row.ndcgDifference),
      text(report?.ranking.recall, 4),
      report.map { fixed($0.ranking.coverage * 100, digits: 1) + " %" } ?? "–",
      text(report?.ranking.meanListedRating, 2), report == nil ? "–" : "\(row.epochs)",
      report == nil ? "–" : "\(row.parameters)", fixed(row.seconds, digits: 1),
      row.usesTime ? "yes" : "no",
    ]
  }

  /// The corrected p-value with its mark; that of the best has none.
  private static func p(_ difference: ComparedDifference?) -> String {
    guard let difference else { return "best" }
    return fixed(difference.adjusted, digits: 3) + (difference.isSignificant ? "*" : " ")
  }

  /// A number with as many digits after the point as are asked for, zeros included.
  static func fixed(_ value: Double, digits: Int) -> String {
    let text = TextTable.rounded(value, digits: digits)
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    let fraction = parts.count > 1 ? String(parts[1]) : ""
    guard digits > 0, fraction.count < digits else { return text }
    return "\(parts[0]).\(fraction)" + String(repeating: "0", count: digits - fraction.count)
  }
}
