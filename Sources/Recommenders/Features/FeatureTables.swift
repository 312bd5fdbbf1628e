import Kernels
import Ratings

/// The embeddings of genres and dates in training, beside the factors of a network.
///
/// An item's genres give the mean of their embeddings, and each part of a date one of its own. They are
/// inputs after the factors, the genres first.
struct FeatureTables: Sendable {
  /// What the embeddings are of.
  struct Encodings: Sendable {
    /// The genres of the items; `nil` if the model does not use them.
    var genres: GenreEncoding?
    /// How dates are read; `nil` if the model does not use them.
    var date: DateEncoding?
    /// The day of each user's first rating; not used without `date`.
    var firstDays: [Float] = []
  }

  /// The length of an embedding.
  static let dimension = NeuralDetails.customaryFeatureFactors
  /// The number of the first tensor among those that starting weights are drawn for.
  private static let firstUnit: UInt32 = 1 << 16

  private let encodings: Encodings
  private var genres: TrainableTable?
  private var dates: [TrainableTable]
  /// The mean of the genres of each rating of the batch, and the derivatives by it.
  private var means = EmbeddingTable(rows: 1, dimension: Self.dimension)
  private var meanSlopes = EmbeddingTable(rows: 1, dimension: Self.dimension)
  /// The place in the batch that each of its genres belongs to, and how much it counts there.
  private var genreOwners: [UInt32] = []
  private var genreShares: [Float] = []
  private var genreRows: [UInt32] = []
  /// The places of the batch in order.
  private var places: [UInt32] = []
  /// The row of each rating of the batch in the embeddings of each part of the date.
  private var dateRows: [[UInt32]] = []

  /// Starts without features.
  init() { self.init(Encodings(), [], l2: 0, batchSize: 1) }

  /// Starts from embeddings: of the genres first, if there are any, then of the parts of the date.
  init(
    _ encodings: Encodings, _ tables: [EmbeddingTable], l2: Float, batchSize: Int
  ) {
    self.encodings = encodings
    var trainable = tables.map {
      TrainableTable(
        $0, capacity: $0.rows, l2: Array(repeating: l2, count: $0.dimension))
    }
    genres = encodings.genres == nil ? nil : trainable.removeFirst()
    dates = trainable
    guard genres != nil else { return }
    means = EmbeddingTable(rows: batchSize, dimension: Self.dimension)
    meanSlopes = means
  }

  /// Draws starting weights as Keras does for embeddings; what is not known begins at zero.
  init(_ encodings: Encodings, seed: UInt32, l2: Float, batchSize: Int) {
    let initializer = Initializer(seed: seed)
    let rows =
      (encodings.genres.map { [1 + $0.names.count] } ?? [])
      + (encodings.date.map { date in DatePart.allCases.map { date.rows(of: $0) } } ?? [])
    let tables = rows.enumerated().map { number, rows in
      var table = EmbeddingTable(
        rows: rows, dimension: Self.dimension,
        values: initializer.uniform(
          count: rows * Self.dimension, unit: Self.firstUnit + UInt32(number)))
      table.clear(0..<1)
      return table
    }
    self.init(encodings, tables, l2: l2, batchSize: batchSize)
  }

  /// The number of inputs.
  var inputs: Int { ((genres == nil ? 0 : 1) + dates.count) * Self.dimension }

  /// Begins a batch.
  mutating func beginBatch(_ batch: Batch, users: [UInt32], items: [UInt32]) {
    places = (0..<UInt32(batch.rows.count)).map(\.self)
    if let encoding = encodings.genres, var table = genres {
      genreOwners.removeAll(keepingCapacity: true)
      genreShares.removeAll(keepingCapacity: true)
      genreRows.removeAll(keepingCapacity: true)
      for (place, item) in items.enumerated() {
        let rows = encoding.rows(of: Int(item))
        genreRows += rows
        genreOwners += repeatElement(UInt32(place), count: rows.count)
        genreShares += repeatElement(1 / Float(rows.count), count: rows.count)
      }
      means.clear(0..<items.count)
      meanSlopes.clear(0..<items.count)
      means.add(genreShares, times: table.weights, rows: genreRows, to: genreOwners)
      table.beginBatch(genreRows)
      genres = table
    }
    guard let encoding = encodings.date else { return }
    dateRows = dates.map { _ in [] }
    for (place, row) in batch.rows.enumerated() {
      let rows = encoding.rows(
        of: batch.ratings[Int(row)].timestamp,
        firstDay: Int(encodings.firstDays[Int(users[place])]))
      for part in rows.indices { dateRows[part].append(rows[part]) }
    }
    for part in dates.indices { dates[part].beginBatch(dateRows[part]) }
  }

  /// The inputs of the batch.
  var parts: [NetworkInputs.Part] {
    (genres == nil ? [] : [NetworkInputs.Part(means, places)])
      + zip(dates, dateRows).map { NetworkInputs.Part($0.weights, $1) }
  }

  /// Adds the gradients of some ratings of the batch, those of the last pass; the first of the inputs
  /// is at `lane`.
  mutating func addGradients(of pass: NetworkPass, _ section: Range<Int>, from lane: Int) {
    var lane = lane
    if genres != nil {
      pass.addInputGradients(to: &meanSlopes, rows: places[section], from: lane)
      lane += Self.dimension
    }
    for part in dates.indices {
      dates[part].withGradients { gradients, places in
        pass.addInputGradients(to: &gradients, rows: places[section], from: lane)
      }
      lane += Self.dimension
    }
  }

  /// Ends a batch and returns the penalty before it, where that is part of the loss; `l2` is the share
  /// of a rating's penalty where it belongs to the ratings.
  mutating func endBatch(_ optimizer: Optimizer, l2: Float?, team: WorkTeam) -> Double {
    genres?.withGradients { gradients, rows in
      gradients.add(genreShares, times: meanSlopes, rows: genreOwners, to: rows)
    }
    if let l2 {
      let decay = EmbeddingTable(
        rows: 1, dimension: Self.dimension, values: Array(repeating: l2, count: Self.dimension))
      genres?.addPenaltyGradients(decay, rows: genreRows)
      for part in dates.indices { dates[part].addPenaltyGradients(decay, rows: dateRows[part]) }
    }
    var penalty = Double(genres?.endBatch(optimizer, team: team) ?? 0)
    for part in dates.indices { penalty += Double(dates[part].endBatch(optimizer, team: team)) }
    return penalty
  }

  /// All tables, the genres first.
  var tables: [TrainableTable] {
    get { (genres.map { [$0] } ?? []) + dates }
    set {
      if genres != nil { genres = newValue[0] }
      dates = Array(newValue.suffix(dates.count))
    }
  }

  func penaltyValue() -> Double { tables.reduce(0) { $0 + $1.penaltyValue() } }

  /// What predictions need of the features.
  func values(items: Int) -> FeatureValues {
    var values = FeatureValues()
    if let encoding = encodings.genres, let table = genres {
      values.genres = table.weights
      var means = EmbeddingTable(rows: items, dimension: Self.dimension)
      for item in 0..<items {
        let rows = encoding.rows(of: item)
        for row in rows {
          means.add(1 / Float(rows.count), times: table.weights, row: Int(row), to: item)
        }
      }
      values.itemGenres = means
    }
    values.dates = dates.map(\.weights)
    values.firstDays = encodings.date == nil ? [] : encodings.firstDays
    return values
  }
}

/// The embeddings of genres and dates of a trained network.
struct FeatureValues: Sendable {
  /// The embedding of each genre, of the unknown one first; `nil` if the model does not use genres.
  var genres: EmbeddingTable?
  /// The mean of each item's genres.
  var itemGenres: EmbeddingTable?
  /// The embeddings of each part of a date; empty if the model does not use dates.
  var dates: [EmbeddingTable] = []
  /// The day of each user's first training rating; empty if the model does not use dates.
  var firstDays: [Float] = []
}
