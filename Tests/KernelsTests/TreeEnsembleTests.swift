import Testing

@testable import Kernels

struct TreeEnsembleTests {
  private let width = 3
  private let count = 600

  /// Rows of three features, the last of which is a mark in every fourth row.
  private var rows: [Float] {
    (0..<count).flatMap { row -> [Float] in
      let mark = row % 4 == 0 ? -Float.greatestFiniteMagnitude : Float(row % 4)
      return [Float((row * 7919) % 997) / 997, Float((row * 104_729) % 991) / 991, mark]
    }
  }

  private var targets: [Float] {
    (0..<count).map { row in
      let (first, second) = (rows[row * width], rows[row * width + 1])
      return (first < 0.3 ? 1 : -0.5) + (second >= 0.6 && row % 4 == 0 ? 0.75 : 0)
    }
  }

  private func options(trees: Int = 60) -> TreeOptions {
    var options = TreeOptions()
    options.trees = trees
    options.learningRate = 0.3
    options.leaves = 6
    options.leastRows = 10
    options.damping = 3
    return options
  }

  private func trees(
    _ options: TreeOptions, seed: UInt32 = 4, threads: Int = 1
  ) -> TreeEnsemble {
    TreeEnsemble(
      fitting: targets, to: rows, width: width, options: options, seed: seed, threads: threads)
  }

  /// The value of the leaf that a row falls into, by the rows of the table.
  private func leaf(_ table: [Float], root: Float, _ row: ArraySlice<Float>) -> (Int, Float) {
    var place = Int(root)
    while table[3 * place] >= 0 {
      let value = row[row.startIndex + Int(table[3 * place])]
      place = Int(table[3 * place + 2]) + (value >= table[3 * place + 1] ? 1 : 0)
    }
    return (place, table[3 * place + 1])
  }

  private func row(_ number: Int) -> ArraySlice<Float> {
    rows[number * width..<(number + 1) * width]
  }

  @Test func aSumIsThatOfAWalkThroughEachTree() {
    let trees = trees(options())
    let (table, roots) = (trees.table, trees.roots)
    #expect(trees.count == 60 && roots.count == 60)
    for number in 0..<count {
      let expected = roots.reduce(Float(0)) { $0 + leaf(table, root: $1, row(number)).1 }
      #expect(trees.sum(Array(row(number))) == expected)
    }
  }

  /// Every leaf has the shrunk mean of what the trees before left of the targets of its rows.
  @Test func eachTreeIsFittedToWhatTheOthersLeave() {
    let options = options(trees: 12)
    let trees = trees(options)
    let (table, roots) = (trees.table, trees.roots)
    var residuals = targets.map { Double($0) }
    for root in roots {
      var rowsOfLeaf: [Int: [Int]] = [:]
      for number in 0..<count {
        rowsOfLeaf[leaf(table, root: root, row(number)).0, default: []].append(number)
      }
      #expect((2...options.leaves).contains(rowsOfLeaf.count))
      for (place, rows) in rowsOfLeaf {
        #expect(rows.count >= options.leastRows)
        let sum = rows.reduce(0.0) { $0 + residuals[$1] }
        let value = options.learningRate * sum / (Double(rows.count) + options.damping)
        #expect(abs(Double(table[3 * place + 1]) - value) < 1e-5)
        for row in rows { residuals[row] -= Double(table[3 * place + 1]) }
      }
    }
    let (before, after) = (
      targets.reduce(0.0) { $0 + Double($1 * $1) }, residuals.reduce(0.0) { $0 + $1 * $1 }
    )
    #expect(after < before / 4)
  }

  @Test func findsAPlantedFunctionOfSeveralFeatures() {
    let trees = trees(options(trees: 300))
    let errors = (0..<count).map { trees.sum(Array(row($0))) - targets[$0] }
    #expect(errors.reduce(0) { $0 + $1 * $1 } / Float(count) < 0.02)
  }

  @Test func aTreeIsNotSplitWhereNothingIsGained() {
    let trees = TreeEnsemble(
      fitting: [Float](repeating: 0.5, count: count), to: rows, width: width,
      options: options(trees: 3), seed: 0, threads: 1)
    #expect(trees.roots.count == 3 && trees.table.count == 9)
    #expect(trees.sum(Array(row(0))) > 0.3)
  }

  @Test func fewRowsAreOneLeaf() {
    let trees = TreeEnsemble(
      fitting: [1, -1], to: [0, 1], width: 1, options: options(), seed: 0, threads: 1)
    #expect(trees.sum([0]) == 0 && trees.sum([1]) == 0)
    let none = TreeEnsemble(
      fitting: [], to: [], width: 2, options: options(), seed: 0, threads: 1)
    #expect(none.sum([0, 1]) == 0)
  }

  @Test func targetsBeyondTheIntegersAreBounded() {
    let rows = (0..<200).map { Float($0) }
    let targets = rows.map { $0 < 100 ? Float.infinity : $0 < 150 ? -.infinity : .nan }
    let trees = TreeEnsemble(
      fitting: targets, to: rows, width: 1, options: options(), seed: 0, threads: 1)
    #expect(trees.sum([50]) > 50 && trees.sum([125]) < -50 && abs(trees.sum([175])) < 50)
  }

  @Test(arguments: [2, 5])
  func threadsDoNotMatter(threads: Int) {
    // More rows than one piece of the sums.
    let rows = (0..<40_000).map { Float(($0 * 31) % 1_009) }
    let targets = rows.map { $0 < 500 ? Float(1) : -1 }
    func fit(_ threads: Int) -> TreeEnsemble {
      TreeEnsemble(
        fitting: targets, to: rows, width: 1, options: options(trees: 5), seed: 1, threads: threads)
    }
    #expect(fit(threads) == fit(1))
  }

  @Test func theSeedDrawsOtherBorders() {
    #expect(trees(options()) == trees(options()))
    #expect(trees(options(), seed: 5) != trees(options()))
  }

  @Test func knownFeaturesChangeNoBit() {
    let trees = trees(options())
    for number in 0..<50 {
      let row = Array(row(number))
      let sum = trees.sum(row)
      #expect(trees.sums([row[1]], known: [row[0], nil, row[2]]) == [sum])
      #expect(trees.sums([row[0], row[2]], known: [nil, row[1], nil]) == [sum])
    }
    let firsts = (0..<50).map { rows[$0 * width] }
    let expected = firsts.map { trees.sum([$0, 0.4, 1]) }
    #expect(trees.sums(firsts, known: [nil, 0.4, 1]) == expected)
  }

  @Test func tablesMakeTheSameTrees() {
    let trees = trees(options())
    #expect(TreeEnsemble(table: trees.table, roots: trees.roots, width: width) == trees)
  }

  @Test func tablesOfNoTreesAreRefused() {
    func isRefused(_ table: [Float], _ roots: [Float] = [0], width: Int = 2) -> Bool {
      TreeEnsemble(table: table, roots: roots, width: width) == nil
    }
    let leaf: [Float] = [-1, 0.5, 0]
    #expect(!isRefused([1, 0.5, 1] + leaf + leaf))
    #expect(isRefused([2, 0.5, 1] + leaf + leaf), "a feature that there is not")
    #expect(isRefused([0.5, 0.5, 1] + leaf + leaf), "half a feature")
    #expect(isRefused([1, 0.5, 0] + leaf + leaf), "its own child")
    #expect(isRefused([1, 0.5, 2] + leaf + leaf), "a child beyond the end")
    #expect(isRefused([1, .nan, 1] + leaf + leaf), "a bound that is no number")
    #expect(isRefused([-1, .infinity, 0]), "a value beyond the integers")
    #expect(isRefused(leaf, [1]) && isRefused(leaf, [-1]) && isRefused(leaf, [.nan]))
    #expect(isRefused([-1, 0.5]), "a row that is cut off")
    let many = [Float](repeating: 0, count: TreeEnsemble.mostTrees + 1)
    #expect(isRefused(leaf, many), "too many trees")
    // A chain of 16 questions has 17 leaves; it is refused however long it goes on.
    let chain = (0..<16).flatMap { [Float(0), Float($0), Float(2 * $0 + 1)] + leaf }
    let ordered =
      Array(chain[0..<3]) + (1..<16).flatMap { Array(chain[6 * $0..<6 * $0 + 3]) + leaf }
    #expect(isRefused(ordered + leaf + leaf))
  }
}
