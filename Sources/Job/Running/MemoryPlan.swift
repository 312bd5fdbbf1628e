import Publishing
import Ratings
import Recommenders

/// How much memory a run takes, stage by stage: a pure function of the plan and of three counts.
///
/// It adds up the arrays that a stage holds. What the allocator keeps in reserve is not in it.
struct MemoryPlan: Equatable, Sendable {
  /// The numbers that memory grows with.
  struct Counts: Equatable, Sendable {
    /// The number of ratings.
    var ratings: Int
    /// The number of users.
    var users: Int
    /// The number of items.
    var items: Int

    /// Puts the numbers together.
    init(ratings: Int, users: Int, items: Int) {
      self.ratings = ratings
      self.users = users
      self.items = items
    }

    /// Those of a dataset.
    init(_ dataset: RatingsDataset) {
      self.init(
        ratings: dataset.ratings.count, users: dataset.users.count, items: dataset.items.count)
    }
  }

  /// Something that a stage holds.
  struct Part: Equatable, Sendable {
    /// What it is.
    let name: String
    /// Its size.
    let bytes: Int
  }

  /// What one stage holds at its peak.
  struct StageMemory: Equatable, Sendable {
    /// The stage.
    let stage: Stage
    /// What it holds.
    let parts: [Part]

    /// The sum of the parts.
    var bytes: Int { parts.reduce(0) { $0 + $1.bytes } }
  }

  /// The sizes that the estimate is made of, in bytes: the one table to calibrate.
  enum Size {
    /// The program with its libraries, before it holds any data.
    static let program = 40 << 20
    /// A rating in columns: user, item, value.
    static let columns =
      stride(of: \RatingColumns.users) + stride(of: \RatingColumns.items)
      + stride(of: \RatingColumns.values)
    /// The time of a rating, if all lie between 1970 and 2106.
    static let timestamp = MemoryLayout<UInt32>.stride
    /// A rating while the file is read, beside its columns: the order in which repeated ratings are
    /// looked for, and marks.
    static let readingRating = 8
    /// A user's or item's raw id in the dataset.
    static let label = 16
    /// A raw id while the file is read, beside that: its bytes, hash table and lookup.
    static let readingLabel = 120
    /// An item's title and genres.
    static let itemDetails = 160
    /// A rating's row number, in each part of the split that it belongs to.
    static let splitRow = MemoryLayout<Int32>.stride
    /// A rating while a random split is made.
    static let splitting = 1
    /// A rating while it is sorted for a split of another kind: keys and row numbers, twice.
    static let sortingSplit = 36
    /// A training rating in the grid of blocks, or in the two groups of the baseline, which are more.
    static let trainingRating = 16
    /// A training rating while `item-knn` is fitted: residuals by item, and the order they are put in.
    static let neighbourRating = 20
    /// A similarity of two items, or a residual, and whose it is.
    static let sparseEntry = MemoryLayout<UInt32>.stride + MemoryLayout<Float>.stride
    /// A training rating while trees are grown on it: its features, twice, and their bins.
    static let stackedRating = 160
    /// A training rating while a `bayesian-fm` without features is sampled: sums, residuals, rows. As
    /// measured with a million ratings, like the next.
    static let sampledRating = 90
    /// What a feature adds to that: its rows and columns.
    static func sampled(_ feature: ModelFeature) -> Int {
      switch feature {
      case .implicit: 70
      case .userGenre, .userDecade: 100
      case .timeNeighbours: 180
      default: 10
      }
    }
    /// The ratings of which one training keeps all threads busy, so that no other is done beside it:
    /// of fewer, more are.
    static let busyRatings = 4_000_000
    /// The rows of `ease` for genres and years of release, about.
    static let contentRows = 200
    /// The rows of genres and years that an item of `ease` is in, about.
    static let contentEntries = 4
    /// A parameter.
    static let parameter = MemoryLayout<Float>.stride
    /// The parameters that a table's row is filled up to a multiple of.
    static let paddedParameters = 16
    /// A row of a trained table besides its parameters: its place in a batch, its count of ratings.
    static let trainedRow = 2 * MemoryLayout<Int32>.stride
    /// A rating among a user's items, and in the order in which they are found.
    static let seen = 2 * MemoryLayout<ItemIndex>.stride
    /// A held-out rating: its columns, its place among its user's, and what is predicted.
    static let heldOut = 44
    /// Lists that a thread makes at a time.
    static let listsAtOnce = 96
    /// A recommendation.
    static let recommendation = MemoryLayout<ScoredItem>.stride
    /// A user's list besides its recommendations.
    static let list = MemoryLayout<RecommendationList>.stride + 32
    /// A recommendation while the lists are compared with those of the run before.
    static let comparedRecommendation = MemoryLayout<Int32>.stride
    /// A user or item meanwhile: its raw id, twice, its lookup, and what was found.
    static let compared = 120
    /// An item in an export: what stands before and after its score, and where that ends.
    static let exportedItem = 160
    /// A rating in the bundle while it is written: item and value, and its place in their order.
    static let bundledSeen = 3 * MemoryLayout<Int32>.stride

    private static func stride<Element>(of column: KeyPath<RatingColumns, [Element]>) -> Int {
      MemoryLayout<Element>.stride
    }
  }

  /// The stages that hold the most, in the order of a run.
  let stages: [StageMemory]

  /// How many trainings may be done at the same time, where that many need nothing of each other.
  let trainingsAtOnce: Int

  /// Plans the run of a job on that many ratings, users and items with that many threads.
  ///
  /// As many trainings are done at the same time as the job's limit allows, one at least. Of few ratings
  /// that is one a thread; with millions, one keeps several threads busy.
  init(_ plan: Plan, _ counts: Counts, threads: Int) {
    let steps = plan.models.count * (plan.isStack ? plan.stack.folds + 1 : 1)
    var atOnce = max(min(threads, Size.busyRatings / max(counts.ratings, 1), steps), 1)
    var memory = MemoryPlan(plan, counts, threads: threads, trainingsAtOnce: atOnce)
    while atOnce > 1, memory.refusal(limit: plan.limits.memoryMB) != nil {
      atOnce -= 1
      memory = MemoryPlan(plan, counts, threads: threads, trainingsAtOnce: atOnce)
    }
    self = memory
  }

  private init(_ plan: Plan, _ counts: Counts, threads: Int, trainingsAtOnce atOnce: Int) {
    trainingsAtOnce = atOnce
    let tables = plan.models.map { Tables($0, counts) }
    // No list is longer than there are items.
    let k = min(plan.recommend.k, counts.items)
    let dataset = [
      Part(name: "program", bytes: Size.program),
      Part(
        name: "dataset",
        bytes: counts.ratings * (Size.columns + Size.timestamp)
          + (counts.users + counts.items) * Size.label + counts.items * Size.itemDetails),
    ]
    let held = plan.split.testFraction * Double(counts.ratings)
    let carves = plan.split.validation == .carve && plan.split.validationFraction > 0
    // Carving parts what is not held out once more, and both ways to see it are kept.
    let splitRows = carves ? 2 * Double(counts.ratings) - held : Double(counts.ratings)
    let split = Part(name: "split", bytes: Int(splitRows) * Size.splitRow)
    let inverse = Self.inverse(plan, counts)
    let modelBytes = tables.reduce(0) { $0 + $1.model }
    let itemBytes = tables.reduce(0) { $0 + $1.items }
    let trainingBytes = zip(plan.models, tables).map { model, tables in
      let training = tables.training(
        plan.training,
        ResolvedTraining(
          plan.training, model: model, ratings: counts.ratings - Int(held),
          watchesHeldOut: plan.split.validation == .test
        ).optimizer)
      let sampling = model.samplingBytes(ratings: counts.ratings)
      // Of trainings side by side each has a model of its own, and keeps what a checkpoint needs.
      return atOnce > 1
        ? atOnce * (2 * (training + tables.model) + sampling) : training + sampling
    }.max()
    // The rows of all folds are listed for the trainings.
    let foldBytes = plan.isStack ? counts.ratings * plan.stack.folds * Size.splitRow : 0
    // Trees are grown when all models are there.
    let stackBytes = plan.isStack ? counts.ratings * Size.stackedRating : 0
    let models = Part(
      name: "models", bytes: (modelBytes + inverse) * (plan.training.refit == .all ? 2 : 1))
    let keys = Part(
      name: "ranking keys",
      bytes: plan.remembersKeys
        ? KeyMemory.bytes(users: counts.users, items: counts.items) : 0)
    let lists = Part(
      name: "lists",
      bytes: counts.users * (k * Size.recommendation + Size.list))
    stages = [
      StageMemory(
        stage: .read,
        parts: dataset + [
          Part(
            name: "reading",
            bytes: counts.ratings * Size.readingRating
              + (counts.users + counts.items) * Size.readingLabel)
        ]),
      StageMemory(
        stage: .split,
        parts: dataset + [
          split,
          Part(
            name: "splitting",
            bytes: counts.ratings
              * (plan.split.strategy == .random ? Size.splitting : Size.sortingSplit)),
        ]),
      StageMemory(
        stage: .train,
        parts: dataset + [
          split,
          Part(
            name: "training rows", bytes: counts.ratings * Size.trainingRating * atOnce + foldBytes),
          Part(name: "training", bytes: max(trainingBytes ?? 0, stackBytes) + inverse), models,
        ]),
      StageMemory(
        stage: .evaluate,
        parts: dataset + [
          split, models, lists, keys,
          Part(
            name: "evaluation",
            bytes: counts.ratings * Size.seen + Int(held) * Size.heldOut + itemBytes),
        ]),
      StageMemory(
        stage: .recommend,
        parts: dataset + [
          split, models, lists, keys,
          Part(name: "rated items", bytes: counts.ratings * Size.seen),
          Part(
            name: "ranking",
            bytes: itemBytes
              + threads * Size.listsAtOnce * (k * Size.recommendation + Size.list)),
        ]),
      StageMemory(
        stage: .gate,
        parts: dataset + [
          split, models, lists,
          Part(
            name: "comparison",
            bytes: counts.users * k * Size.comparedRecommendation
              + (counts.users + counts.items) * Size.compared),
        ]),
      StageMemory(
        stage: .export,
        parts: dataset + [
          split, models, lists,
          Part(
            name: "export text",
            bytes: counts.items * Size.exportedItem
              + ExportPieces(longestList: k, threads: threads).bytesHeld(lists: counts.users)),
        ]),
      StageMemory(
        stage: .bundle,
        parts: dataset + [
          split, models, lists,
          Part(
            name: "bundle", bytes: 2 * (modelBytes + inverse) + counts.ratings * Size.bundledSeen),
        ]),
    ]
  }

  /// What a relevance model holds that orders the lists, or `ease` as the model: of `ials` its factors;
  /// of `ease` the inverse, and the choices by user and by item, genres and years among them. While it is inverted, its triangle of
  /// doubles takes as much again.
  private static func inverse(_ plan: Plan, _ counts: Counts) -> Int {
    let order =
      plan.recommend.rankBy == .relevance
      ? plan.recommend.relevance.model.resolved(users: counts.users, items: counts.items) : nil
    if order == .ials {
      var relevance = ModelOptions()
      relevance.type = .ials
      return Tables(relevance, counts).model
    }
    guard order == .ease || plan.models.contains(where: { $0.type == .ease }) else { return 0 }
    let content = counts.users <= counts.items ? Size.contentRows : 0
    let size = min(counts.users, counts.items) + content
    return Size.parameter
      * (size * size + 4 * (counts.ratings + Size.contentEntries * counts.items))
  }

  /// The stage that holds the most; the earliest of several.
  var peak: StageMemory {
    stages.reduce(stages[0]) { $1.bytes > $0.bytes ? $1 : $0 }
  }

  /// The bytes that the run holds at most.
  var bytes: Int { peak.bytes }

  /// What `limits.memory_mb` counts in.
  static let megabyte = 1 << 20

  /// Bytes in whole megabytes, rounded up.
  static func megabytes(_ bytes: Int) -> Int { (bytes + megabyte - 1) / megabyte }

  /// The peak in words: `96 MB in stage train (program 24, dataset 40, …)`.
  var summary: String {
    let parts = peak.parts.sorted { $0.bytes > $1.bytes }.filter { $0.bytes >= Self.megabyte / 2 }
      .map { "\($0.name) \(Self.megabytes($0.bytes))" }
    return "\(Self.megabytes(bytes)) MB in stage \(peak.stage.rawValue) "
      + "(\(parts.joined(separator: ", ")))"
  }
}

extension MemoryPlan {
  /// Why a run is refused, or `nil` if it keeps to the limit.
  func refusal(limit: Int?) -> String? {
    guard let limit, Self.megabytes(bytes) > limit else { return nil }
    let advice =
      switch peak.stage {
      case .train: "raise the limit, or lower /model/factors or /training/batch_size"
      case .recommend, .gate, .export, .bundle:
        "raise the limit, or lower /recommend/k or /model/factors"
      default: "raise the limit, or bring fewer ratings"
      }
    return "the run would take about \(summary), more than the \(limit) MB allowed; \(advice)"
  }
}

/// The sizes of a model's tables, in bytes.
private struct Tables {
  /// The users' and items' parameters.
  let users: Int
  let items: Int
  /// What a model holds: its tables and, for `neural`, what scoring needs beside them.
  let model: Int
  private let rows: Int
  private let rowBytes: Int
  private let layers: Int
  private let widths: [Int]
  /// What it takes to find the similarities and residuals of `item-knn`.
  private let fitting: Int
  private let type: ModelType

  init(_ options: ModelOptions, _ counts: MemoryPlan.Counts) {
    let biases = options.type.hasBiases ? 2 : 0
    func padded(_ count: Int) -> Int {
      let padding = MemoryPlan.Size.paddedParameters
      return (count + padding - 1) / padding * padding * MemoryPlan.Size.parameter
    }
    type = options.type
    rows = counts.users + counts.items
    rowBytes =
      options.type.hasFactors
      ? padded(options.storedFactors + biases) : 2 * MemoryPlan.Size.parameter
    guard options.type == .neural else {
      users = counts.users * rowBytes
      items = counts.items * rowBytes
      (widths, layers) = ([], 0)
      let samples =
        options.type == .bayesianFM
        ? counts.sampleValues(options.factors + 1) * options.bayesianFM.keptSamples : 0
      let own = users + items + rows * MemoryPlan.Size.trainedRow / 2
      if options.type == .itemKNN {
        let kept = counts.items * min(options.neighbourhood.keptNeighbours, counts.items)
        let sparse = (kept + counts.ratings) * MemoryPlan.Size.sparseEntry
        fitting = sparse + counts.ratings * MemoryPlan.Size.neighbourRating
        model = own + sparse
      } else {
        fitting = 0
        model = own + samples * MemoryPlan.Size.parameter
      }
      return
    }
    fitting = 0
    let factors = (options.userFactors ?? options.factors, options.itemFactors ?? options.factors)
    users = counts.users * padded(factors.0)
    items = counts.items * padded(factors.1)
    let features = options.features ?? []
    let (hasGenres, hasDate) = (features.contains(.genres), features.contains(.date))
    let embeddings = (hasGenres ? 1 : 0) + (hasDate ? DatePart.allCases.count : 0)
    let inputs = factors.0 + factors.1 + embeddings * NeuralDetails.customaryFeatureFactors
    widths = [inputs] + options.hidden + [1]
    layers = zip(widths, widths.dropFirst()).reduce(0) { $0 + ($1.0 + 1) * padded($1.1) }
    // The first layer's part of each user, twice where there is a date, and of each item.
    let part = padded(options.hidden.first ?? 1)
    let parts = (counts.users * (hasDate ? 2 : 1) + counts.items) * part
    let genres = hasGenres ? counts.items * padded(NeuralDetails.customaryFeatureFactors) : 0
    model =
      users + items + layers + parts + genres + rows * MemoryPlan.Size.trainedRow / 2
  }

  /// What training holds: weights with what the optimizer remembers of them, those of the best epoch
  /// as well where it is restored, and the gradients of a batch.
  func training(_ options: TrainingOptions, _ optimizer: OptimizerType) -> Int {
    guard rowBytes > 2 * MemoryPlan.Size.parameter else { return fitting }
    let tables =
      switch (type, optimizer) {
      case (.als, _), (.ials, _): 1
      // The rows, the histories, and what fits these.
      case (.svdPlusPlus, _): 5
      case (_, .sgd): 1
      case (_, .adagrad): 2
      case (_, .adam), (_, .lazyAdam), (_, .auto): 3
      }
    let state = tables * (users + items + layers) + rows * MemoryPlan.Size.trainedRow
    let best = options.earlyStopping?.restoreBest == true ? users + items + layers : 0
    let batch = 2 * min(options.batchSize, rows) * rowBytes
    let section = min(options.batchSize, 1024) * widths.reduce(0) { $0 + $1 + 16 } * 2
    return state + best + batch + section * MemoryPlan.Size.parameter
  }
}

extension ModelOptions {
  /// What the sampler of `bayesian-fm` holds of so many ratings besides the weights.
  fileprivate func samplingBytes(ratings: Int) -> Int {
    guard type == .bayesianFM else { return 0 }
    let features = features ?? bayesianFM.features ?? ModelFeature.withoutTime
    return ratings
      * features.reduce(MemoryPlan.Size.sampledRating) { $0 + MemoryPlan.Size.sampled($1) }
  }
}

extension MemoryPlan.Counts {
  /// What one sample of a `bayesian-fm` model keeps at most, about: two rows of a user and of an item,
  /// and the user's with a dozen genres and decades, as many as there are ratings at most.
  fileprivate func sampleValues(_ length: Int) -> Int {
    (2 * (users + items) + min(24 * users, 5 * ratings)) * length
  }
}
