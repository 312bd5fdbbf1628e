/// Regression trees that are added up: a prediction is the sum of one leaf of each tree.
///
/// Trees are not walked. Of a tree's leaves, of which there are 16 at most, each answer to a question
/// about a feature leaves some within reach, a set of 16 bits; the first leaf that all answers leave is
/// the one that counts. The sets of all trees stand side by side for each bin of a feature, so that a
/// prediction is a few rows of bits, and one look at a table for each tree (Lucchese et al.,
/// *QuickScorer*, 2015).
///
/// The values of leaves are multiples of 2⁻²⁰ and are added as integers.
public struct TreeEnsemble: Sendable, Equatable {
  /// A node that asks whether a feature lies below a bound, or a leaf.
  enum Node: Sendable, Equatable {
    /// The left child, whose position is given, is for values below the bound; the right one stands
    /// after it.
    case question(feature: Int, bound: Float, child: Int)
    /// What is added to the sum, in units of ``unit``.
    case leaf(Int32)
  }

  /// What the integers of leaves are multiples of.
  static let unit: Float = 0x1p-20
  /// The most trees.
  public static let mostTrees = 10_000
  /// The most leaves of a tree: one bit each.
  public static let mostLeaves = 16

  /// The number of features.
  public let width: Int
  /// The number of trees.
  public let count: Int
  private let nodes: [Node]
  private let rootPlaces: [Int]
  /// For each feature the ascending bounds that trees ask for: a value's bin is how many of them it does
  /// not lie below.
  private let bounds: [[Float]]
  /// For each bin of each feature the leaves of each tree that it leaves within reach.
  private let sets: [UInt16]
  /// Where the bins of each feature begin among ``sets``, in rows of all trees.
  private let firstRows: [Int]
  /// The values of each tree's leaves, ``mostLeaves`` places a tree.
  private let leaves: [Int32]

  /// Joins trees.
  ///
  /// - Returns: `nil` if there are too many trees, leaves of a tree, or bounds of a feature.
  init?(nodes: [Node], roots: [Int], width: Int) {
    self.width = width
    self.nodes = nodes
    rootPlaces = roots
    count = roots.count
    var bounds = [[Float]](repeating: [], count: width)
    for case .question(let feature, let bound, _) in nodes { bounds[feature].append(bound) }
    for feature in bounds.indices { bounds[feature] = Array(Set(bounds[feature])).sorted() }
    guard roots.count <= Self.mostTrees, bounds.allSatisfy({ $0.count <= Self.mostBounds }) else {
      return nil
    }
    self.bounds = bounds
    var rows = 0
    var firstRows: [Int] = []
    for bounds in bounds {
      firstRows.append(rows)
      rows += bounds.count + 1
    }
    self.firstRows = firstRows
    var sets = [UInt16](repeating: .max, count: rows * roots.count)
    var leaves = [Int32](repeating: 0, count: roots.count * Self.mostLeaves)
    for (tree, root) in roots.enumerated() {
      var walk = LeafWalk(nodes: nodes)
      guard walk.visit(root) else { return nil }
      for (number, value) in walk.values.enumerated() {
        leaves[tree * Self.mostLeaves + number] = value
      }
      for (feature, bound, left, right) in walk.questions {
        for bin in 0...bounds[feature].count {
          // Values of the bin lie below the bound if the bin does not lie above it.
          let isBelow = bin == 0 || bounds[feature][bin - 1] < bound
          sets[(firstRows[feature] + bin) * roots.count + tree] &= ~(isBelow ? right : left)
        }
      }
    }
    self.sets = sets
    self.leaves = leaves
  }

  private static let mostBounds = 255

  /// The leaves of a tree from left to right, and what each question decides.
  private struct LeafWalk {
    let nodes: [Node]
    var values: [Int32] = []
    /// The leaves on both sides of each question.
    var questions: [(feature: Int, bound: Float, left: UInt16, right: UInt16)] = []

    init(nodes: [Node]) {
      self.nodes = nodes
    }

    /// Visits what is below a node; `false` if there are too many leaves. Children stand after their
    /// parents, and so the walk ends.
    mutating func visit(_ place: Int) -> Bool {
      switch nodes[place] {
      case .leaf(let value):
        guard values.count < TreeEnsemble.mostLeaves else { return false }
        values.append(value)
      case .question(let feature, let bound, let child):
        guard questions.count < TreeEnsemble.mostLeaves else { return false }
        let first = values.count
        let number = questions.count
        questions.append((feature, bound, 0, 0))
        guard visit(child) else { return false }
        let middle = values.count
        guard visit(child + 1) else { return false }
        questions[number].left = Self.set(first..<middle)
        questions[number].right = Self.set(middle..<values.count)
      }
      return true
    }

    private static func set(_ leaves: Range<Int>) -> UInt16 {
      leaves.reduce(0) { $0 | 1 << UInt16($1) }
    }
  }

  // MARK: - Predictions

  /// The sums of rows of features, of which some are the same for all.
  ///
  /// - Parameters:
  ///   - rows: The other features of each row, in their order.
  ///   - known: The value of each feature that is the same for all rows, `nil` of the others.
  /// - Returns: The sum of each row; of no rows, none.
  /// - Precondition: There are whole rows.
  /// - Complexity: O(rows × trees × features).
  public func sums(_ rows: [Float], known: [Float?]) -> [Float] {
    precondition(known.count == width, "a feature is missing")
    let features = known.indices.filter { known[$0] == nil }
    precondition(
      features.isEmpty ? rows.isEmpty : rows.count % features.count == 0,
      "a row of features is incomplete")
    var common = [UInt16](repeating: .max, count: count)
    for (feature, value) in known.enumerated() {
      if let value { reach(&common, feature, value) }
    }
    var reached = common
    var sums: [Float] = []
    for first in stride(from: 0, to: rows.count, by: max(features.count, 1)) {
      for tree in common.indices { reached[tree] = common[tree] }
      for (place, feature) in features.enumerated() {
        reach(&reached, feature, rows[first + place])
      }
      sums.append(Float(sum(reached)) * Self.unit)
    }
    return sums
  }

  /// The sum for one row of features.
  public func sum(_ row: [Float]) -> Float {
    sums(row, known: [Float?](repeating: nil, count: width))[0]
  }

  /// Takes from the leaves within reach those that a feature's value rules out.
  private func reach(_ reached: inout [UInt16], _ feature: Int, _ value: Float) {
    let bin = FeatureBins.number(of: value, in: bounds[feature])
    let first = (firstRows[feature] + bin) * count
    unsafe reached.withUnsafeMutableBufferPointer { reached in
      unsafe sets.withUnsafeBufferPointer { sets in
        let kept = unsafe UnsafeBufferPointer(rebasing: sets[first..<first + count])
        for tree in 0..<count { unsafe reached[tree] &= kept[tree] }
      }
    }
  }

  /// The sum of the first leaf within reach of each tree.
  private func sum(_ reached: [UInt16]) -> Int32 {
    var sum: Int32 = 0
    unsafe leaves.withUnsafeBufferPointer { leaves in
      unsafe reached.withUnsafeBufferPointer { reached in
        for tree in 0..<reached.count {
          let leaf = unsafe reached[tree].trailingZeroBitCount
          unsafe sum &+= leaves[tree &* Self.mostLeaves &+ leaf]
        }
      }
    }
    return sum
  }

  // MARK: - Tables

  /// What ``table`` has for a leaf in the place of a feature.
  private static let leafMark: Float = -1

  /// A row for each node: its feature, its bound, and its left child, whose right sibling is the next
  /// row; of a leaf −1, its value, and 0.
  public var table: [Float] {
    nodes.flatMap { node in
      switch node {
      case .leaf(let value): [Self.leafMark, Float(value) * Self.unit, 0]
      case .question(let feature, let bound, let child): [Float(feature), bound, Float(child)]
      }
    }
  }

  /// The row of each tree's root.
  public var roots: [Float] { rootPlaces.map { Float($0) } }

  /// Takes over what ``table`` and ``roots`` were.
  ///
  /// - Returns: `nil` if they are not those of trees: a child that does not stand after its parent, a
  ///   feature that there is not, too many leaves.
  public init?(table: [Float], roots: [Float], width: Int) {
    let count = table.count / 3
    guard table.count % 3 == 0 else { return nil }
    var nodes: [Node] = []
    for place in 0..<count {
      let (feature, value) = (table[3 * place], table[3 * place + 1])
      if feature == Self.leafMark {
        guard let value = Int32(exactly: (value / Self.unit).rounded()) else { return nil }
        nodes.append(.leaf(value))
        continue
      }
      guard let feature = Int(exactly: feature), (0..<width).contains(feature), value.isFinite,
        let child = Int(exactly: table[3 * place + 2]), place < child, child < count - 1
      else { return nil }
      nodes.append(.question(feature: feature, bound: value, child: child))
    }
    let places = roots.compactMap { Int(exactly: $0) }.filter { (0..<count).contains($0) }
    guard places.count == roots.count else { return nil }
    self.init(nodes: nodes, roots: places, width: width)
  }
}
