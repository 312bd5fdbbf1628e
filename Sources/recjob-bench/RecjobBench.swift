import ArgumentParser
import Kernels
import Ratings
import Recommenders

/// Measures the hot loops on generated data and prints one JSON object for each.
@main
struct RecjobBench: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "recjob-bench",
    abstract: "Measure the hot loops on generated data.",
    discussion: """
      Prints one JSON object a line: the loop, what it counts, and the median per second over the
      repeats. Build it in release; compare figures of one run on one machine only.

      EXAMPLES
        swift run --configuration release recjob-bench --repeats 9
      """)

  @Option(help: "How often each loop is measured.")
  var repeats = 5

  func validate() throws {
    if repeats < 1 { throw ValidationError("--repeats takes 1 or more.") }
  }

  func run() {
    measure("adam-step", unit: "parameters", adamStep())
    measure("panel-scores", unit: "pairs", panelScores())
    measure("parse-csv", unit: "bytes", parsing())
    measure("train-epoch", unit: "ratings", trainingEpoch())
  }

  /// What a loop does, and how many things it counts.
  private struct Loop {
    let count: Int
    let body: () -> Void
  }

  private func measure(_ name: String, unit: String, _ loop: Loop) {
    loop.body()
    let rates = (0..<repeats).map { _ -> Double in
      let elapsed = ContinuousClock().measure(loop.body).components
      return Double(loop.count) / (Double(elapsed.seconds) + Double(elapsed.attoseconds) * 1e-18)
    }.sorted()
    print(
      #"{"loop":"\#(name)","unit":"\#(unit)","count":\#(loop.count),"repeats":\#(repeats),"#
        + #""median_per_second":\#(rates[repeats / 2].rounded())}"#)
  }

  /// Adam over a table of the size of the shipped dataset's items.
  private func adamStep() -> Loop {
    let (rows, dimension, steps) = (9724, 52, 100)
    let weights = EmbeddingTable(
      rows: rows, dimension: dimension, values: Self.numbers(rows * dimension))
    var table = AdamTable(weights, penalty: Array(repeating: 1e-6, count: dimension))
    let gradients = EmbeddingTable(rows: 1, dimension: dimension)
    return Loop(count: rows * dimension * steps) {
      for number in 1...steps {
        _ = AdamStep(number: number, learningRate: 0.001).moveAll(
          &table, touched: [], gradients: gradients)
      }
    }
  }

  /// The scores of 610 users against 9,724 items.
  private func panelScores() -> Loop {
    let (users, items, dimension) = (610, 9724, 52)
    let left = EmbeddingTable(
      rows: users, dimension: dimension, values: Self.numbers(users * dimension))
    let panels = PanelTable(
      EmbeddingTable(rows: items, dimension: dimension, values: Self.numbers(items * dimension)))
    var scores = EmbeddingTable(rows: 1, dimension: panels.paddedRows)
    return Loop(count: users * items) {
      for user in 0..<users { panels.scores(of: left, row: user, into: &scores) }
    }
  }

  /// MovieLens' `ratings.csv` of 200,000 rows.
  private func parsing() -> Loop {
    var text = "userId,movieId,rating,timestamp\n"
    for row in 0..<200_000 {
      text += "\(row / 150 + 1),\(row * 7919 % 9000 + 1),\(row % 10 / 2).5,\(1_000_000_000 + row)\n"
    }
    let bytes = Array(text.utf8)
    return Loop(count: bytes.count) {
      var parser = RatingsParser(
        file: "ratings.csv", format: .movielensCSV, options: ParsingOptions())
      do throws(RatingsError) {
        try parser.parse(bytes)
        let rows = try parser.finish().count
        precondition(rows == 200_000, "rows were lost")
      } catch {
        preconditionFailure("\(error)")
      }
    }
  }

  /// An epoch of `biased-dot` by Adam on as many ratings as the shipped dataset trains on.
  private func trainingEpoch() -> Loop {
    let count = 90_752
    let ratings = RatingColumns(
      users: (0..<count).map { UserIndex($0 * 7919 % 610) },
      items: (0..<count).map { ItemIndex($0 * 104_729 % 9724) },
      values: (0..<count).map { Float($0 * 31 % 10) / 2 + 0.5 })
    let (model, training) = (ModelOptions(), TrainingOptions())
    let trainer = Trainer(
      model: model, training: training,
      resolved: ResolvedTraining(
        training, model: model, ratings: count, watchesHeldOut: false),
      users: 610, items: 9724, scale: RatingScale(minimum: 0.5, maximum: 5))
    return Loop(count: count) {
      do throws(TrainingError) {
        _ = try trainer.refit(on: RatingSubset(ratings), epochs: 1) { _ in }
      } catch {
        preconditionFailure("\(error)")
      }
    }
  }

  private static func numbers(_ count: Int) -> [Float] {
    let generator = CounterBasedGenerator(seed: 1, stream: .generation)
    return (0..<count).map {
      CounterBasedGenerator.unitFloat(
        generator.words(epoch: 0, position: UInt64($0), unit: 0).0) - 0.5
    }
  }
}
