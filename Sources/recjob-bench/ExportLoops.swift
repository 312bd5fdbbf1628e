import Foundation
import Publishing
import Ratings
import Recommenders
import Storage

/// The loops from lists to files.
enum ExportLoops {
  static let entries = [
    LoopEntry(name: "export-csv") { export("export-csv", .csv, $0) },
    LoopEntry(name: "export-jsonl") { export("export-jsonl", .jsonl, $0) },
    LoopEntry(name: "export-resp") { export("export-resp", .resp, $0) },
    LoopEntry(name: "bundle", make: bundle),
  ]

  /// Lists of ten with titles, into a file of the directory for temporary files.
  private static func export(_ name: String, _ format: ExportFormat, _ size: LoopSize) -> Loop {
    let (users, k) = (size.pick(full: 20_000, tiny: 20), 10)
    var options = ExportOptions()
    options.formats = [format]
    do {
      let dataset = try dataset(
        DatasetShape(ratings: users, users: users, items: size.pick(full: 27_000, tiny: 100)))
      let lists = lists(dataset, k: k)
      let bytes = try write(lists, dataset, options, threads: 1)
      return Loop(
        name: name, unit: "recommendations", count: users * k, bytes: bytes, ownThreads: nil
      ) { threads in
        do {
          _ = try write(lists, dataset, options, threads: threads)
        } catch {
          preconditionFailure("an export failed: \(error)")
        }
      }
    } catch {
      preconditionFailure("an export could not be prepared: \(error)")
    }
  }

  /// Returns the size of the file, which is removed again.
  private static func write(
    _ lists: [RecommendationList], _ dataset: RatingsDataset, _ options: ExportOptions,
    threads: Int
  ) throws -> Int {
    try sizeOfFiles { directory in
      _ = try RecommendationExport.write(
        lists: lists, dataset: dataset, options: options, threads: threads, to: directory)
    }
  }

  /// A model of 50 factors and the ratings of all users, as a directory and packed.
  private static func bundle(_ size: LoopSize) -> Loop {
    do {
      let dataset = try dataset(DatasetShape(ratings: size.pick(full: 2_000_000, tiny: 500)))
      let model = try model(users: dataset.users.count, items: dataset.items.count)
      let bytes = try write(model, dataset, threads: 1)
      return Loop(
        name: "bundle", unit: "ratings", count: dataset.ratings.count, bytes: bytes,
        ownThreads: nil
      ) { threads in
        do {
          _ = try write(model, dataset, threads: threads)
        } catch {
          preconditionFailure("a bundle failed: \(error)")
        }
      }
    } catch {
      preconditionFailure("a bundle could not be prepared: \(error)")
    }
  }

  /// Returns the size of the files, which are removed again.
  private static func write(
    _ model: any RatingPredictor, _ dataset: RatingsDataset, threads: Int
  ) throws -> Int {
    try sizeOfFiles { directory in
      let bundle = ModelBundle(
        model: model, dataset: dataset, training: [:], metrics: [:], resultPlan: [:],
        threads: threads)
      let path = PathName.joined(directory, "model")
      let version = try bundle.write(to: path, threads: threads)
      _ = try ModelBundle.pack(
        path, version: version, jobName: "bench", into: directory, threads: threads)
    }
  }

  private static func model(users: Int, items: Int) throws -> any RatingPredictor {
    let factors = 50
    let shapes = [
      ("user_factors", [users, factors]), ("item_factors", [items, factors]),
      ("user_bias", [users]), ("item_bias", [items]),
    ]
    return try ModelRestoration.model(
      ModelConfiguration(
        type: .biasedDot, users: users, items: items, factors: factors, hidden: [],
        link: .identity, cold: .knownTerms, scale: RatingScale(minimum: 0.5, maximum: 5),
        trainMean: 3.5),
      tensors: shapes.map {
        NamedTensor(name: $0.0, shape: $0.1, values: BenchNumbers.values($0.1.reduce(1, *)))
      },
      trainingCounts: TrainingCounts(
        users: [Int32](repeating: 1, count: users), items: [Int32](repeating: 1, count: items)))
  }

  /// Returns the size of all that `body` writes into a directory, which is removed again.
  private static func sizeOfFiles(_ body: (_ directory: String) throws -> Void) throws -> Int {
    let directory = PathName.joined(
      FileManager.default.temporaryDirectory.path, "recjob-bench-\(UUID().uuidString)")
    try FileSystem.makeDirectory(directory)
    defer { try? FileSystem.removeTree(directory) }
    try body(directory)
    return try FileSystem.listTree(directory).reduce(0) {
      $0 + (try FileSystem.fileSize(PathName.joined(directory, $1)))
    }
  }

  private static func dataset(_ shape: DatasetShape) throws -> RatingsDataset {
    let generator = RatingsGenerator(shape: shape, seed: 1)
    var ratings = RatingsParser(
      file: "ratings.csv", format: .movielensCSV, options: ParsingOptions())
    try ratings.parse(MovieLensText.ratingsHeader)
    for piece in generator.pieces(ofUsers: 4096) {
      try ratings.parse(MovieLensText(generator).rows(generator.ratings(ofUsers: piece)))
    }
    var items = ItemsParser(file: "movies.csv", format: .movielensCSV)
    try items.parse(MovieLensText.movies(generator))
    return try RatingsDataset(
      raw: ratings.finish(), items: items.finish(), options: ParsingOptions())
  }

  private static func lists(_ dataset: RatingsDataset, k: Int) -> [RecommendationList] {
    let scores = BenchNumbers.values(k)
    return (0..<dataset.users.count).map { user in
      RecommendationList(
        user: UserIndex(user),
        items: (0..<k).map { rank in
          ScoredItem(
            item: ItemIndex((user * 31 + rank * 7919) % dataset.items.count),
            score: 4 + scores[rank] + Float(user % 997) / 1_000_003)
        })
    }
  }
}
