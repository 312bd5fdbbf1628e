import Kernels
import Ratings
import Storage

/// A setting that a search tries.
struct Trial: Sendable {
  /// Its number, from 1; the first is the job as it is.
  let number: Int
  /// The values of the keys that are searched and have a meaning in it.
  let values: [JSONMember]
  /// The job's document with these values.
  let root: JSONNode
  /// Its plan.
  let plan: Plan
}

/// The settings that a search draws from its ranges, at random, each key for itself.
///
/// Bergstra and Bengio, *Random search for hyper-parameter optimization*, 2012.
struct SearchSpace {
  private let root: JSONNode
  private let tune: TuneOptions
  private let wholeKeys: Set<String>

  /// How often a trial is drawn before the ranges are taken to have no more.
  private static let attempts: UInt32 = 100

  /// Prepares the search of a job's ranges.
  init(_ root: JSONNode, _ tune: TuneOptions) {
    self.root = root.withoutSearch
    self.tune = tune
    wholeKeys = Set(TunableKey.all.filter(\.isWhole).map(\.path))
  }

  /// The trials: the job as it is, then one after the other a setting that no earlier one has.
  ///
  /// What the ranges have no more of is not repeated, and values that do not go together are drawn
  /// anew; so there may be fewer than the job asks for.
  func trials() -> [Trial] {
    var trials: [Trial] = []
    var seen: Set<String> = []
    func add(_ trial: Trial?) -> Bool {
      guard let trial, seen.insert(trial.plan.json().canonicalText()).inserted else { return false }
      trials.append(trial)
      return true
    }
    _ = add(trial(1, []))
    while trials.count < tune.trials {
      let number = trials.count + 1
      let isFound = (0..<Self.attempts).contains { add(trial(number, draw(number, attempt: $0))) }
      if !isFound { break }
    }
    return trials
  }

  /// The values of a trial: each is a pure function of the seed, the trial, the key and the attempt.
  func draw(_ number: Int, attempt: UInt32) -> [JSONMember] {
    let generator = CounterBasedGenerator(seed: tune.seed, stream: .search)
    return tune.ranges.enumerated().map { place, key in
      let words = generator.words(
        epoch: UInt32(truncatingIfNeeded: number), position: UInt64(place), unit: attempt)
      let share = CounterBasedGenerator.unitDouble(words.0, words.1)
      return JSONMember(
        key: key.path, value: key.range.value(at: share, isWhole: wholeKeys.contains(key.path)))
    }
  }

  /// The job with some values, or `nil` if they do not go together.
  ///
  /// A key that has no meaning beside the others, whether it is searched or the job's own, is left out.
  private func trial(_ number: Int, _ values: [JSONMember]) -> Trial? {
    var root = root
    for member in values {
      let node = JSONNode(member.value, position: root.position)
      let tokens = TunedKey.tokens(of: member.key)
      guard root.set(node, at: tokens[...]) == nil else { return nil }
    }
    var (plan, faults) = Plan.read(root)
    for fault in faults where fault.kind == .meaninglessKey {
      root = root.removing(at: fault.pointer.tokens[...])
    }
    if !faults.isEmpty { (plan, faults) = Plan.read(root) }
    guard faults.isEmpty else { return nil }
    plan.decideDefaults()
    let json = plan.json()
    return Trial(
      number: number,
      values: tune.ranges.compactMap { key in
        json.value(at: TunedKey.tokens(of: key.path)[...]).map {
          JSONMember(key: key.path, value: $0)
        }
      }, root: root, plan: plan)
  }
}

extension JSONValue {
  /// The value at the place of some keys.
  fileprivate func value(at tokens: ArraySlice<String>) -> JSONValue? {
    guard let token = tokens.first else { return self }
    return self[token]?.value(at: tokens.dropFirst())
  }
}

extension TuneRange {
  /// The value at a share, from 0 up to 1, of the range; numbers have three digits, or no fraction.
  func value(at share: Double, isWhole: Bool) -> JSONValue {
    switch self {
    case .choices(let values):
      return values[min(Int(share * Double(values.count)), values.count - 1)]
    case .interval(let from, let to, let scale):
      let value: Double
      switch scale {
      case .linear where isWhole: value = (from + share * (to - from + 1)).rounded(.down)
      case .linear: value = from + share * (to - from)
      case .log:
        let (low, high) = (Activations.logarithm(from), Activations.logarithm(to))
        value = Activations.exponential(low + share * (high - low))
      }
      let rounded = isWhole ? value.rounded() : Self.rounded(value)
      return .number(JSONNumber(min(max(rounded, from), to)))
    }
  }

  /// A number with three digits.
  private static func rounded(_ value: Double) -> Double {
    guard value != 0, value.isFinite else { return value }
    var scale = 1.0
    while value.magnitude * scale < 100 { scale *= 10 }
    if scale > 1 { return (value * scale).rounded() / scale }
    while value.magnitude / scale >= 1_000 { scale *= 10 }
    return (value / scale).rounded() * scale
  }
}
