import Kernels

/// The samples that a training has kept so far.
///
/// In the store the samples lie side by side, so that one alone would touch all its lines. They wait
/// until there are as many as a line holds.
struct KeptSamples: Sendable {
  private let folding: SampleFolding
  private let threads: Int
  private var written: SampleStore
  /// Those that are not yet written, and the lane of the first one.
  private var waiting: [FMSample] = []
  private var firstLane = 0

  init(_ folding: SampleFolding, store: SampleStore, threads: Int) {
    self.folding = folding
    self.threads = threads
    written = store
  }

  /// All samples, those that wait too.
  var store: SampleStore {
    get {
      var copy = self
      copy.write()
      return copy.written
    }
    set {
      waiting = []
      written = newValue
    }
  }

  /// Keeps samples in the next lanes, or in place of those that are kept there.
  mutating func keep(_ samples: [FMSample], lane: Int) {
    if lane != firstLane + waiting.count {
      if lane != firstLane { write() }
      (waiting, firstLane) = ([], lane)
    }
    for sample in samples {
      waiting.append(sample)
      if (firstLane + waiting.count) % SampleWriter.mostSamples == 0 { write() }
    }
  }

  /// Writes the samples that wait.
  mutating func write() {
    guard !waiting.isEmpty else { return }
    folding.write(waiting, to: &written, lane: firstLane, threads: threads)
    firstLane += waiting.count
    waiting = []
  }
}
