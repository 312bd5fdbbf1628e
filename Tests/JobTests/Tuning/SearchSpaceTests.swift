import Recommenders
import Storage
import Testing

@testable import Job

struct SearchSpaceTests {
  private static func space(_ job: String) throws -> SearchSpace {
    let file = try JobFile(
      bytes: Array("{\(JobDocuments.leastMembers), \(job)}".utf8), path: "job.json",
      baseDirectory: "/jobs")
    return SearchSpace(file.root, try #require(try Plan(file).tune))
  }

  /// The values that many trials draw for the only key.
  private static func values(_ key: String, _ range: String) throws -> [Double] {
    let space = try space(#""tune": {"ranges": {"\#(key)": \#(range)}}"#)
    return try (0..<3_000).map { try #require(space.draw($0, attempt: 0)[0].value.doubleValue) }
  }

  @Test func theLogarithmsOfALogScaleAreSpreadEvenly() throws {
    let values = try Self.values(
      "training.learning_rate", #"{"from": 0.0001, "to": 1, "scale": "log"}"#)
    #expect(values.allSatisfy { (0.0001...1).contains($0) })
    for bound in [0.001, 0.01, 0.1] {
      let share = Double(values.count { $0 < bound }) / Double(values.count)
      // Each factor of ten has a quarter.
      let expected = bound == 0.001 ? 0.25 : bound == 0.01 ? 0.5 : 0.75
      #expect(abs(share - expected) < 0.03)
    }
    #expect(values.allSatisfy { DecimalText.shortest($0).filter(\.isNumber).count <= 8 })
  }

  @Test func numbersOfALinearScaleAreSpreadEvenly() throws {
    let values = try Self.values("training.learning_rate", #"{"from": 2, "to": 4}"#)
    #expect(values.allSatisfy { (2...4).contains($0) })
    #expect(abs(values.reduce(0, +) / Double(values.count) - 3) < 0.05)
    #expect(values.allSatisfy { ($0 * 100).rounded() / 100 == $0 }, "three digits")
  }

  @Test func wholeNumbersAreSpreadEvenlyOverBothEnds() throws {
    let values = try Self.values("model.factors", #"{"from": 3, "to": 6}"#)
    for value in [3.0, 4, 5, 6] {
      let share = Double(values.count { $0 == value }) / Double(values.count)
      #expect(abs(share - 0.25) < 0.04, "\(value)")
    }
    let logarithmic = try Self.values("model.factors", #"{"from": 4, "to": 64, "scale": "log"}"#)
    #expect(logarithmic.allSatisfy { $0 == $0.rounded() && (4...64).contains($0) })
    #expect(abs(Double(logarithmic.count { $0 <= 16 }) / 3_000 - 0.5) < 0.05)
  }

  @Test func choicesAreEquallyLikely() throws {
    let values = try Self.values("model.factors", "[7, 5, 9]")
    for value in [7.0, 5, 9] {
      #expect(abs(Double(values.count { $0 == value }) / 3_000 - 1.0 / 3) < 0.04)
    }
  }

  @Test func theFirstTrialIsTheJobItselfAndNoneComesTwice() throws {
    let space = try Self.space(
      #""model": {"factors": 5}, "tune": {"trials": 20, "ranges": {"model.factors": [3, 5, 7]}}"#)
    let trials = space.trials()
    // There are three settings and no more.
    #expect(trials.map(\.number) == [1, 2, 3])
    #expect(trials[0].values == [JSONMember(key: "model.factors", value: 5)])
    #expect(Set(trials.map(\.plan.model.factors)) == [3, 5, 7])
    #expect(trials.allSatisfy { $0.plan.tune == nil })
    #expect(space.trials().map(\.values) == trials.map(\.values))
  }

  @Test func anotherSeedTriesOtherSettings() throws {
    func factors(seed: Int) throws -> [Int] {
      try Self.space(
        #""tune": {"trials": 9, "seed": \#(seed), "ranges": {"model.factors": {"from": 1, "to": 999}}}"#
      ).trials().map(\.plan.model.factors)
    }
    #expect(try factors(seed: 1) != factors(seed: 2))
    #expect(try factors(seed: 2) == factors(seed: 2))
  }

  @Test func keysWithoutAMeaningAreLeftOut() throws {
    let trials = try Self.space(
      #"""
      "model": {"type": "biased-dot", "link": "sigmoid"},
      "tune": {"trials": 30, "ranges": {
        "model.type": ["dot", "biased-dot"], "model.link": ["sigmoid", "identity"],
        "model.factors": [2, 3, 4]}}
      """#
    ).trials()
    for trial in trials {
      let hasLink = trial.values.contains { $0.key == "model.link" }
      #expect(hasLink == (trial.plan.model.type == .biasedDot))
      // What is left is a job file without faults.
      #expect(Plan.read(trial.root).faults.isEmpty)
    }
    #expect(trials.contains { $0.plan.model.type == .dot })
    // Two types, one with two links, and three numbers of factors, and the job's own 50.
    #expect(trials.count == 10)
  }

  @Test func valuesThatDoNotGoTogetherAreDrawnAnew() throws {
    let trials = try Self.space(
      #"""
      "tune": {"trials": 30, "ranges": {
        "training.optimizer": ["adam", "sgd"], "training.schedule": ["blocks", "minibatch"]}}
      """#
    ).trials()
    // The job itself, and three of four: adam cannot learn from blocks.
    #expect(trials.count == 4)
    #expect(
      !trials.contains {
        $0.plan.training.optimizer == .adam && $0.plan.training.schedule == .blocks
      }
    )
  }
}
