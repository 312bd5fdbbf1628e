import Kernels
import Recommenders
import Storage
import TestSupport
import Testing

@testable import Publishing

/// What a checkpoint keeps, and what becomes of one that cannot be used.
struct CheckpointStoreTests {
  private let directory: TemporaryDirectory
  private var store: CheckpointStore {
    CheckpointStore(directory: directory.path + "/state", key: "a plan 3")
  }

  init() throws {
    directory = try TemporaryDirectory()
  }

  private static func record(_ epoch: Int, validation: Double?) -> EpochRecord {
    EpochRecord(
      epoch: epoch, trainLoss: 1 / Double(epoch + 2), validationLoss: validation,
      validationRMSE: validation.map { $0 / 3 }, learningRate: 0.1 * 0.9)
  }

  private static let checkpoint = TrainingCheckpoint(
    ended: [
      EndedTraining(
        step: TrainingStep(.search),
        history: [record(1, validation: 0.7), record(2, validation: 1e-300)], bestEpoch: 1,
        tensors: []),
      EndedTraining(
        step: TrainingStep(.refit), history: [record(1, validation: nil)], bestEpoch: 1,
        tensors: [
          NamedTensor(name: "user_bias", shape: [3], values: [0.1, -0.0, .leastNonzeroMagnitude]),
          NamedTensor(name: "user_factors", shape: [1, 2], values: [1, 2]),
        ]),
      EndedTraining(
        step: TrainingStep(.refit, fold: 1), history: [record(1, validation: nil)], bestEpoch: 1,
        tensors: [NamedTensor(name: "predictions", shape: [2], values: [3.5, 4])]),
    ],
    current: [
      TrainingCheckpoint.Current(
        step: TrainingStep(.refitAll),
        progress: TrainingProgress(
          history: [record(1, validation: nil)],
          weights: [
            // More rows than are written at a time.
            EmbeddingTable(rows: 9_000, dimension: 2, values: (0..<18_000).map { Float($0) / 7 }),
            EmbeddingTable(rows: 1, dimension: 17, values: (0..<17).map { -Float($0) }),
          ], memory: [EmbeddingTable(rows: 1, dimension: 1)],
          bestWeights: [EmbeddingTable(rows: 2, dimension: 1, values: [5, 6])])),
      TrainingCheckpoint.Current(
        step: TrainingStep(.refitAll, fold: 0),
        progress: TrainingProgress(
          history: [], weights: [EmbeddingTable(rows: 1, dimension: 2, values: [7, 8])],
          memory: [], bestWeights: nil)),
    ])

  private func loaded() throws -> TrainingCheckpoint? {
    guard case .usable(let checkpoint) = store.load() else { return nil }
    return checkpoint
  }

  @Test func everythingComesBackAsItWas() throws {
    guard case .nothing = store.load() else {
      Issue.record("there is no checkpoint yet")
      return
    }
    try store.save(Self.checkpoint)
    let loaded = try #require(try loaded())
    #expect(loaded.current == Self.checkpoint.current)
    try #require(loaded.ended.count == Self.checkpoint.ended.count)
    for (one, other) in zip(loaded.ended, Self.checkpoint.ended) {
      #expect(one.step == other.step && one.bestEpoch == other.bestEpoch)
      #expect(one.history == other.history && one.tensors == other.tensors)
      // Equality does not tell zeros of either sign apart.
      let bits = [one, other].map { $0.tensors.map { $0.values.map(\.bitPattern) } }
      #expect(bits[0] == bits[1])
    }

    try store.save(TrainingCheckpoint(ended: Array(Self.checkpoint.ended.prefix(1)), current: []))
    #expect(try self.loaded()?.current == [])
    #expect(try FileSystem.list(directory.path + "/state") == ["checkpoint"])
  }

  @Test func oneOfAnotherPlanIsNotUsed() throws {
    try store.save(Self.checkpoint)
    let other = CheckpointStore(directory: directory.path + "/state", key: "a plan 4")
    guard case .ignored(let reason) = other.load() else {
      Issue.record("the key differs")
      return
    }
    #expect(reason == "belongs to another plan, dataset or version of the program")
  }

  @Test func aDamagedOneIsNotUsed() throws {
    try store.save(
      TrainingCheckpoint(
        ended: [
          EndedTraining(
            step: TrainingStep(.refit), history: [Self.record(1, validation: nil)], bestEpoch: 1,
            tensors: [NamedTensor(name: "user_bias", shape: [2], values: [1, 2])])
        ], current: []))
    let whole = try FileSystem.readBytes(store.path)
    func isIgnored(_ bytes: [UInt8]) throws -> Bool {
      try DurableFile.write(bytes, to: store.path)
      if case .ignored = store.load() { return true }
      return false
    }
    for place in whole.indices {
      var bytes = whole
      bytes[place] ^= 1
      #expect(try isIgnored(bytes), "byte \(place)")
      #expect(try isIgnored(Array(whole[..<place])), "the first \(place) bytes")
    }
    #expect(try isIgnored(whole + [10]))
    #expect(try !isIgnored(whole))
  }

  @Test func whatIsSignedAndWrongIsNotUsedEither() throws {
    func write(_ record: String) throws {
      var bytes = Array("\(record)\n".utf8)
      let header = Array("{}      ".utf8)
      bytes += [8, 0, 0, 0, 0, 0, 0, 0] + header
      bytes += "\(SHA256Digest(of: bytes).hex)\n".utf8
      try FileSystem.makeDirectory(directory.path + "/state")
      try DurableFile.write(bytes, to: store.path)
    }
    let start = #"{"format":2,"key":"a plan 3","trainings":"#
    for (record, reason) in [
      ("[]", "was written by another version of the program"),
      (#"{"format":1}"#, "was written by another version of the program"),
      (start + "7}", "does not list its trainings"),
      (
        start + #"[{"phase":"search","history":[]}]}"#, "does not describe a training completely"
      ),
      (start + #"[{"phase":"other","history":[]}]}"#, "does not describe a training completely"),
      (start + #"[{"phase":"search","number":0}]}"#, "does not describe a training completely"),
      (
        start + #"[{"phase":"search","number":0,"history":[[1]]}]}"#,
        "does not describe a training completely"
      ),
    ] {
      try write(record)
      guard case .ignored(let found) = store.load() else {
        Issue.record("\(record) was read")
        continue
      }
      #expect(found == reason)
    }
    try write(start + #"[{"phase":"search","number":0,"history":[]}]}"#)
    #expect(try loaded()?.current.map(\.progress.weights.isEmpty) == [true])
  }

  @Test func whatAKilledProcessLeftIsReplacedAndRemoved() throws {
    try FileSystem.makeDirectory(directory.path + "/state")
    try DurableFile.write("half", to: directory.path + "/state/.checkpoint.tmp")
    try store.save(Self.checkpoint)
    #expect(try loaded() != nil)
    try DurableFile.write("half", to: directory.path + "/state/.checkpoint.tmp")
    try store.remove()
    #expect(try FileSystem.list(directory.path + "/state").isEmpty)
    try store.remove()
  }
}
