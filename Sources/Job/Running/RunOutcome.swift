/// What a run came to.
public struct RunSummary: Sendable {
  /// The name of the run.
  public let run: String
  /// The directory of the run.
  public let directory: String
  /// The RMSE on the held-out rows; `nil` for a relevance model, which predicts no ratings.
  public let testRMSE: Double?
  /// The NDCG of the lists on the held-out rows.
  public let ndcg: Double
  /// The bias baseline's.
  public let baselineRMSE: Double
  /// The number of users with a list.
  public let users: Int
  /// The number of recommendations.
  public let recommendations: Int
  /// The epoch that was chosen.
  public let bestEpoch: Int
  /// Whether training watched the held-out rows.
  public let isOptimistic: Bool
  /// How much of the lists is that of the run before; `nil` where there is none to compare with.
  public let overlap: Overlap?
  /// The seconds of the whole run.
  public let seconds: Double

  /// The mean overlap of the users' lists with those of the run before.
  public struct Overlap: Equatable, Sendable {
    /// The length to which lists were cut.
    public let k: Int
    /// The mean over users with a list in both runs, from 0 to 1.
    public let mean: Double
  }

  /// One line that says it all.
  public var line: String {
    func rounded(_ value: Double) -> String { String((value * 10_000).rounded() / 10_000) }
    let caution = isOptimistic ? " (optimistic: training watched the held-out rows)" : ""
    let before =
      overlap.map { overlap in
        // Only lists that are all the same are 1.
        let mean = overlap.mean < 1 ? min((overlap.mean * 100).rounded() / 100, 0.99) : 1
        return "overlap@\(overlap.k) \(mean) with the run before, "
      } ?? ""
    let quality =
      testRMSE.map {
        "test RMSE \(rounded($0))\(caution), baseline \(rounded(baselineRMSE))"
          + ($0 < baselineRMSE ? ", " : " (as good or better), ")
          + "best epoch \(bestEpoch), "
      } ?? "NDCG@10 \(rounded(ndcg))\(caution), "
    return quality
      + before + "\(recommendations) recommendations for \(users) users in "
      + "\((seconds * 10).rounded() / 10) s"
  }
}

/// A run that has nothing to do: the newest published run has the same plan, data and program.
public struct UnchangedRun: Sendable {
  /// The name of the run that `latest` leads to, which is what readers get.
  public let run: String
  /// The directory of that run.
  public let directory: String
  /// The name of the newest run; another one after a rollback.
  public let newest: String
  /// The seconds that it took to find out.
  public let seconds: Double

  /// One line that says it all.
  public var line: String {
    "unchanged: the plan, the data and the program are those of \(newest); nothing was trained"
      + (run == newest ? "" : ", and latest stays at \(run), where it was rolled back to")
  }
}

/// What a run came to.
public enum RunOutcome: Sendable {
  /// A new run is the latest.
  case published(RunSummary)
  /// There was nothing to do.
  case unchanged(UnchangedRun)
}
