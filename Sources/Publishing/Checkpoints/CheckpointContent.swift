import Kernels
import Recommenders
import Storage

/// A checkpoint as a JSON record and tensors, whose names are
/// `<phase>-<model>.<part>.<name or number>`, with `-fold-<n>` after the model where a fold is left out.
struct CheckpointContent {
  private static let model = "model"
  private static let weights = "weights"
  private static let memory = "memory"
  private static let best = "best"

  /// What is known of each training besides its tensors.
  let record: JSONValue
  let tensors: [SafetensorsTensor]

  init(_ checkpoint: TrainingCheckpoint) {
    var trainings: [JSONValue] = []
    var tensors: [SafetensorsTensor] = []
    for ended in checkpoint.ended {
      trainings.append(
        Self.record(
          ended.step,
          [
            JSONMember(key: "best_epoch", value: .integer(ended.bestEpoch)),
            JSONMember(key: "history", value: Self.json(ended.history)),
          ]))
      tensors += ended.tensors.map {
        SafetensorsTensor(
          "\(Self.prefix(ended.step)).\(Self.model).\($0.name)", shape: $0.shape,
          .float32($0.values))
      }
    }
    for current in checkpoint.current {
      trainings.append(
        Self.record(
          current.step,
          [JSONMember(key: "history", value: Self.json(current.progress.history))]))
      for (part, tables) in [
        (Self.weights, current.progress.weights), (Self.memory, current.progress.memory),
        (Self.best, current.progress.bestWeights ?? []),
      ] {
        tensors += tables.enumerated().map { number, table in
          SafetensorsTensor(
            "\(Self.prefix(current.step)).\(part).\(number)", shape: [table.rows, table.dimension],
            .table(table))
        }
      }
    }
    record = .array(trainings)
    self.tensors = tensors
  }

  /// Puts a checkpoint together again.
  ///
  /// Whether its tables fit the model is for the training to say.
  static func checkpoint(
    of record: JSONValue?, _ tensors: [SafetensorsTensor]
  ) throws(CheckpointProblem) -> TrainingCheckpoint {
    guard let trainings = record?.arrayValue else {
      throw CheckpointProblem(reason: "does not list its trainings")
    }
    var checkpoint = TrainingCheckpoint(ended: [], current: [])
    for training in trainings {
      guard let phase = training["phase"]?.stringValue.flatMap({ TrainingPhase(rawValue: $0) }),
        let number = training["number"]?.intValue, let history = history(training["history"])
      else { throw CheckpointProblem(reason: "does not describe a training completely") }
      let step = TrainingStep(phase, model: number, fold: training["fold"]?.intValue)
      func named(_ part: String) -> [(name: Substring, tensor: SafetensorsTensor)] {
        let prefix = "\(prefix(step)).\(part)."
        return tensors.filter { $0.name.hasPrefix(prefix) }
          .map { ($0.name.dropFirst(prefix.count), $0) }
      }
      if let bestEpoch = training["best_epoch"]?.intValue {
        checkpoint.ended.append(
          EndedTraining(
            step: step, history: history, bestEpoch: bestEpoch,
            tensors: named(model).compactMap { name, tensor in
              guard case .float32(let values) = tensor.values else { return nil }
              return NamedTensor(name: String(name), shape: tensor.shape, values: values)
            }))
      } else {
        func tables(_ part: String) -> [EmbeddingTable] {
          // The tensors come in the order in which they were written.
          named(part).compactMap { _, tensor in
            guard case .float32(let values) = tensor.values, tensor.shape.count == 2,
              tensor.shape[1] > 0
            else { return nil }
            return EmbeddingTable(
              rows: tensor.shape[0], dimension: tensor.shape[1], values: values)
          }
        }
        let bestWeights = tables(best)
        checkpoint.current.append(
          TrainingCheckpoint.Current(
            step: step,
            progress: TrainingProgress(
              history: history, weights: tables(weights), memory: tables(memory),
              bestWeights: bestWeights.isEmpty ? nil : bestWeights)))
      }
    }
    return checkpoint
  }

  private static func prefix(_ step: TrainingStep) -> String {
    "\(step.phase.rawValue)-\(step.model)" + (step.fold.map { "-fold-\($0)" } ?? "")
  }

  private static func record(_ step: TrainingStep, _ members: [JSONMember]) -> JSONValue {
    .object(
      [
        JSONMember(key: "phase", value: .string(step.phase.rawValue)),
        JSONMember(key: "number", value: .integer(step.model)),
      ] + (step.fold.map { [JSONMember(key: "fold", value: .integer($0))] } ?? []) + members)
  }

  private static func json(_ history: [EpochRecord]) -> JSONValue {
    .array(
      history.map { record in
        .array(
          [
            record.trainLoss, record.validationLoss, record.validationRMSE, record.learningRate,
          ].map { $0.map { .numberOrNull($0) } ?? .null })
      })
  }

  private static func history(_ json: JSONValue?) -> [EpochRecord]? {
    guard let rows = json?.arrayValue else { return nil }
    var records: [EpochRecord] = []
    for row in rows {
      guard let values = row.arrayValue?.map(\.doubleValue), values.count == 4,
        let trainLoss = values[0], let learningRate = values[3]
      else { return nil }
      records.append(
        EpochRecord(
          epoch: records.count + 1, trainLoss: trainLoss, validationLoss: values[1],
          validationRMSE: values[2], learningRate: learningRate))
    }
    return records
  }
}
