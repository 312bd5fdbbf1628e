import Ratings
import Storage
import TestSupport

/// A directory with a generated dataset, `data.zip`, and a job that trains on it, `job.json`.
struct JobFixture {
  let directory: TemporaryDirectory
  let data: PlantedDataset

  /// A job small enough to run in a fraction of a second.
  static let job = """
    {
      "name": "planted",
      "dataset": { "sources": ["data.zip"] },
      "model": { "type": "biased-dot", "factors": 4 },
      "training": { "max_epochs": 12, "learning_rate": 0.02, "batch_size": 16, "seed": 7 },
      "recommend": { "k": 5 },
      "output": { "directory": "out" }
    }

    """

  /// `--set` arguments with which a job trains until it is stopped.
  static let endless = [
    "--set", "training.max_epochs=100000", "--set", "training.early_stopping=null",
  ]

  init(
    _ data: PlantedDataset = PlantedDataset(users: 40, items: 30), ratings: String? = nil,
    job: String = Self.job
  ) throws {
    directory = try TemporaryDirectory()
    self.data = data
    try directory.write(job, to: "job.json")
    try directory.write(
      ArchiveFixture.zip([
        "planted/ratings.csv": ratings ?? data.ratingsCSV(), "planted/movies.csv": data.moviesCSV(),
      ]).bytes, to: "data.zip")
  }

  func path(_ name: String) -> String { directory.path(name) }

  /// The SHA-256 of the dataset.
  var datasetDigest: String {
    get throws { try SHA256Digest.ofFile(path("data.zip")).hex }
  }

  /// Runs the program in the directory.
  func recjob(_ arguments: String...) throws -> Outcome {
    try BuiltProgram.run(arguments, in: directory.path)
  }

  /// Runs the job, with more arguments.
  func run(_ arguments: String...) throws -> Outcome {
    try BuiltProgram.run(["run", "job.json"] + arguments, in: directory.path)
  }

  /// The latest run.
  var latest: PublishedRun {
    get throws { try PublishedRun(path("out")) }
  }

  /// The names of the published runs.
  var runs: [String] {
    get throws {
      FileSystem.isDirectory(path("out/runs")) ? try FileSystem.list(path("out/runs")) : []
    }
  }

  /// What each user has rated.
  var ratedItems: [String: Set<String>] {
    data.rows().reduce(into: [:]) { rated, row in
      rated[PlantedDataset.userLabel(row.user), default: []].insert(
        PlantedDataset.itemLabel(row.item))
    }
  }

  /// The titles by item.
  var titles: [String: String] {
    (0..<data.items).reduce(into: [:]) { titles, item in
      titles[PlantedDataset.itemLabel(item)] = PlantedDataset.title(item)
    }
  }
}
