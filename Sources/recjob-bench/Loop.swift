/// How large the inputs of the loops are.
enum LoopSize: Sendable {
  /// The sizes that the figures are published for.
  case full
  /// Sizes at which every loop takes milliseconds, to see that it runs.
  case tiny

  /// One of two counts.
  func pick(full: Int, tiny: Int) -> Int {
    switch self {
    case .full: full
    case .tiny: tiny
    }
  }
}

/// Something that is measured: a body that does the same work each time it is called.
///
/// The inputs are made before the body first runs, so that only the loop itself is timed.
struct Loop {
  /// What the loop is called in results, in lower case with hyphens.
  let name: String
  /// What `count` counts, in the plural: `ratings`, `users`, `pairs`, `bytes`, `parameters`.
  let unit: String
  /// How many of its unit one call of the body gets through.
  let count: Int
  /// The floating-point operations of one call, where the loop is arithmetic.
  var operations: Double?
  /// The bytes of input or output of one call, where the loop reads or writes.
  var bytes: Int?
  /// The number of threads that the body always uses; `nil` if it uses as many as it is told to.
  var ownThreads: Int? = 1
  /// Does the work once, on as many threads.
  let body: (_ threads: Int) -> Void
}

/// A loop that has not been prepared yet.
struct LoopEntry: Sendable {
  /// The name of the loop.
  let name: String
  /// Makes the inputs and returns the loop.
  let make: @Sendable (LoopSize) -> Loop

  /// Every loop there is, in the order of the data.
  static let all: [LoopEntry] =
    ReadingLoops.entries + TrainingLoops.entries + SamplingLoops.entries + RankingLoops.entries
    + ExportLoops.entries
}
