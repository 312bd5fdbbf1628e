/// The rounds of a search by successive halving (Jamieson and Talwalkar, 2016): many settings are
/// trained a little, and those that look best go on to be trained for longer.
///
/// Of *n* trials, round *r* of *R*, from 0, has ⌈n · keepʳ⌉, and trains them the part keep^(R−1−r) of
/// what the job says; the last round trains the whole.
struct HalvingSchedule: Equatable {
  /// A round.
  struct Rung: Equatable {
    /// The number of trials.
    let trials: Int
    /// The part of the whole training.
    let share: Double
  }

  /// The rounds.
  let rungs: [Rung]

  /// Lays out the rounds of a search.
  init(trials: Int, rungs count: Int, keep: Double) {
    var shares = [1.0]
    while shares.count < count { shares.append(shares[shares.count - 1] * keep) }
    rungs = (0..<count).map { rung in
      Rung(
        trials: max(Int((Double(trials) * shares[rung]).rounded(.up)), 1),
        share: shares[count - 1 - rung])
    }
  }

  /// The part of a number of epochs, or of anything else that is counted.
  static func part(_ share: Double, of whole: Int) -> Int {
    max(Int((share * Double(whole)).rounded(.up)), 1)
  }

  /// The trials that go on, in their own order: those with the best values, the earlier of equals.
  ///
  /// A trial without a value, which failed, never does.
  static func promoted(
    _ results: [(trial: Int, value: Double?)], count: Int, isLowerBetter: Bool
  ) -> [Int] {
    ranked(results, isLowerBetter: isLowerBetter).prefix(count).sorted()
  }

  /// The trials that have a value, best first.
  static func ranked(
    _ results: [(trial: Int, value: Double?)], isLowerBetter: Bool
  ) -> [Int] {
    results.compactMap { result in
      result.value.map { (isLowerBetter ? $0 : -$0, result.trial) }
    }
    .sorted { $0 < $1 }.map(\.1)
  }
}
