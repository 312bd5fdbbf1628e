import Ratings
import Recommenders
import TestSupport
import Testing

@testable import Job

struct ModelTrainingTests {
  private let dataset: RatingsDataset

  init() throws {
    dataset = try PlantedDataset(users: 40, items: 30, density: 0.5).dataset()
  }

  private func train(_ change: (inout Plan) -> Void) throws -> TrainedJob {
    var plan = Plan(name: "planted", sources: [])
    plan.training.refit = nil
    plan.model.factors = 3
    plan.training.learningRate = 0.02
    plan.training.maxEpochs = 12
    change(&plan)
    let split = try DatasetSplit(dataset: dataset, options: plan.split)
    return try ModelTraining(
      plan: plan, dataset: dataset, split: split, threads: 1, onEpoch: { _ in }
    ).run()
  }

  private func phases(_ job: TrainedJob) -> [TrainingPhase: Int] {
    Dictionary(grouping: job.history, by: \.phase).mapValues(\.count)
  }

  @Test func byDefaultTheModelIsTrainedAgainOnAllRowsThatAreNotHeldOut() throws {
    let job = try train { _ in }
    #expect(phases(job)[.refit] == job.bestEpoch && phases(job)[.refitAll] == nil)
    #expect(job.evaluatedRows == job.split.trainAndCarvedValidation)
    #expect(job.exportedRowCount == job.evaluatedRows.count)
    #expect(job.evaluated.tensors == job.exported.tensors)
    #expect(Set(job.evaluatedRows).isDisjoint(with: job.split.heldOut))
    #expect(job.baseline.trainingCounts == job.evaluated.trainingCounts)
  }

  @Test func withoutRefitTheEarlyStoppedModelIsExported() throws {
    let job = try train { $0.training.refit = RefitPolicy.none }
    #expect(phases(job) == [.search: job.history.count])
    #expect(job.evaluatedRows == job.split.train)
    #expect(Set(job.evaluatedRows).isDisjoint(with: job.split.validation))
  }

  @Test func refittingOnAllRowsLeavesTheEvaluationHonest() throws {
    let (all, train) = (
      try train { $0.training.refit = .all }, try train { $0.training.refit = .train }
    )
    #expect(all.exportedRowCount == dataset.ratings.count)
    #expect(all.evaluated.tensors == train.evaluated.tensors)
    #expect(all.exported.tensors != all.evaluated.tensors)
    #expect(phases(all)[.refitAll] == all.bestEpoch)
  }

  @Test func watchingTheHeldOutRowsTrainsOnTheRest() throws {
    let job = try train { $0.split.validation = .test }
    #expect(job.split.validation == job.split.heldOut)
    #expect(job.resolved.refit == .none)
    #expect(job.evaluatedRows.count == dataset.ratings.count - job.split.heldOut.count)
  }

  @Test func theBaselineItselfMayBeTheModel() throws {
    let job = try train { $0.model.type = .bias }
    #expect(job.history.isEmpty && job.bestEpoch == 0)
    #expect(job.evaluated.tensors == job.baseline.tensors)
  }
}
