import Acquisition
import Storage

/// What can be said of a run's memory before the dataset is read.
public struct MemoryForecast: Sendable {
  private let jobFile: JobFile
  private let plan: Plan
  private let threads: Int

  /// Prepares the forecast of a job, with the number of threads where the command line gives one.
  public init(_ jobFile: JobFile, _ plan: Plan, threads: Int?) {
    self.jobFile = jobFile
    self.plan = plan
    self.threads = threads ?? plan.limits.threads ?? Machine.processorCount
  }

  /// How many bytes a row of a ratings file is taken to have.
  static let bytesPerRow = 25
  /// How many times larger a compressed dataset is taken to be when it is read.
  static let expansion = 4
  /// How many ratings a user, and an item, is taken to have.
  static let ratingsPerUser = 100
  static let ratingsPerItem = 10
  /// How many items a dataset is taken to have at most.
  static let mostItems = 100_000

  /// The counts of a dataset of a size, roughly.
  static func counts(bytes: Int, isPlain: Bool) -> MemoryPlan.Counts {
    let ratings = max(bytes * (isPlain ? 1 : expansion) / bytesPerRow, 1)
    return MemoryPlan.Counts(
      ratings: ratings, users: ratings / ratingsPerUser + 1,
      items: min(ratings / ratingsPerItem, mostItems) + 1)
  }

  /// One line: the estimate with what it rests on, or why there is none.
  public var line: String {
    guard let (bytes, counts, memory) = estimate else {
      return "memory: unknown until the dataset is here; recjob fetch gets it"
    }
    return "memory: roughly \(memory.summary), guessed from the \(bytes) bytes of the dataset as "
      + "\(counts.ratings) ratings, \(counts.users) users and \(counts.items) items"
  }

  /// The bytes that a run may take, or `nil` before the dataset is here.
  var bytes: Int? { estimate?.memory.bytes }

  private var estimate: (bytes: Int, counts: MemoryPlan.Counts, memory: MemoryPlan)? {
    let source = plan.dataset.source(of: jobFile)
    guard let bytes = source.localSize(relativeTo: jobFile.baseDirectory) else { return nil }
    let plainEndings = [".csv", ".dat", ".data"]
    let isPlain = source.sources.contains { source in
      plainEndings.contains { source.url.hasSuffix($0) }
    }
    let counts = Self.counts(bytes: bytes, isPlain: isPlain)
    return (bytes, counts, MemoryPlan(plan, counts, threads: threads))
  }
}
