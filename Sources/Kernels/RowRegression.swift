internal import CKernels

/// The ridge regressions of all rows of one side on the rows of the other: half a sweep of alternating
/// least squares.
///
/// For a row with members (x_n, t_n, weight a_n) it finds the w that minimises
/// Σ_n a_n (t_n − x_n · w)² + Σ_l λ_l (w_l − m_l)², by the Cholesky factor of the normal equations.
/// λ_l is ``penalty`` plus the row's scale × ``scaledPenalty``, and m the row of the centers. A row
/// without members becomes zero.
public struct RowRegression: Sendable {
  /// What the values of the members are.
  public enum Members: Sendable {
    /// Ratings. The last unknown of a row is its offset: the target is the rating less the mean less the
    /// other side's offset, the last feature is 1 and all weights are 1.
    case ratings(mean: Float)
    /// Weights of the target 1, beside the weight `background` of the target 0 for every row of the
    /// other side (Hu, Koren and Volinsky, 2008).
    case confidences(background: Float)
  }

  /// What the values of the members are.
  public let members: Members
  /// The penalty of each unknown.
  public let penalty: [Float]
  /// What is added to the penalty of each unknown for each unit of a row's scale.
  public let scaledPenalty: [Float]

  /// Describes regressions.
  ///
  /// - Precondition: Both penalties have a value for each unknown.
  public init(members: Members, penalty: [Float], scaledPenalty: [Float]) {
    precondition(penalty.count == scaledPenalty.count, "an unknown lacks a penalty")
    self.members = members
    self.penalty = penalty
    self.scaledPenalty = scaledPenalty
  }

  /// Solves all rows.
  ///
  /// - Parameters:
  ///   - targets: Gets the solutions.
  ///   - lists: The members of each row.
  ///   - features: The other side's rows.
  ///   - scales: The scale of each row's penalty.
  ///   - centers: What the penalty draws each row to; zero if `nil`.
  ///   - threads: The number of threads; it has no influence on the result.
  /// - Returns: The sum of the weighted squared errors of the members after the solution.
  /// - Complexity: O(members × unknowns² + rows × unknowns³).
  public func solve(
    _ targets: inout EmbeddingTable, from lists: RowLists, features: EmbeddingTable,
    scales: [Float], centers: EmbeddingTable? = nil, threads: Int
  ) -> Double {
    let (dimension, stride) = (targets.dimension, targets.stride)
    precondition(
      features.stride == stride && features.dimension == dimension && penalty.count == dimension,
      "rows differ in length")
    precondition(
      targets.rows == lists.rows && scales.count == lists.rows && features.rows == lists.otherRows,
      "a row is missing")
    precondition(
      centers.map { $0.rows == targets.rows && $0.stride == stride } ?? true, "a center is missing")
    targets.makeUnique()
    let penalties = [
      EmbeddingTable(rows: 1, dimension: dimension, values: penalty),
      EmbeddingTable(rows: 1, dimension: dimension, values: scaledPenalty),
    ]
    let base = base(features)
    let result = targets
    let losses = Parallel.map(lists.pieces.count, threads: threads) { number in
      let piece = lists.pieces[number]
      let scratch = EmbeddingTable(rows: 1, dimension: rk_solve_scratch(stride))
      // Safety: the lists' rows and members are in their tables, which was checked when they were made
      // and above; all tables outlive the call; the scratch is as long as was asked for; and no two
      // pieces share a row of the targets, which belong to the caller alone.
      return unsafe lists.withMembers { (members: rk_lists) -> Double in
        unsafe scales.withUnsafeBufferPointer { scales in
          guard let scales = scales.baseAddress else { return 0 }
          var members = unsafe members
          var task = unsafe rk_regression(
            features: features.start, dimension: dimension, confidences: isConfidences ? 1 : 0,
            mean: mean, base: base?.start, penalty: penalties[0].start,
            scaled_penalty: penalties[1].start, scales: scales, centers: centers?.start)
          return unsafe rk_solve_rows(
            &members, &task, piece.lowerBound, piece.upperBound, stride, result.start,
            scratch.start)
        }
      }
    }
    return losses.reduce(0) { $0 + ($1 ?? 0) }
  }

  private var isConfidences: Bool {
    if case .confidences = members { return true }
    return false
  }

  private var mean: Float {
    if case .ratings(let mean) = members { return mean }
    return 0
  }

  /// The products of all rows of the other side with themselves, × the background weight.
  private func base(_ features: EmbeddingTable) -> EmbeddingTable? {
    guard case .confidences(let background) = members else { return nil }
    var gram = features.gram
    gram.withMutableValues { for place in $0.indices { $0[place] *= background } }
    return gram
  }
}

extension EmbeddingTable {
  /// The sum of the products of each row with itself, in its upper triangle.
  ///
  /// - Complexity: O(rows × dimension²).
  public var gram: EmbeddingTable {
    var gram = EmbeddingTable(rows: stride, dimension: stride)
    gram.makeUnique()
    // Safety: the rows lie in this table, and the matrix has a row for each lane.
    unsafe rk_gram(start, rows, stride, dimension, gram.start)
    return gram
  }

  /// Sets each row to its scale × the sum of its members' rows in another table.
  ///
  /// - Parameters:
  ///   - sources: The other side's rows.
  ///   - lists: The members of each row; their values are of no meaning here.
  ///   - scales: One for each row.
  ///   - threads: The number of threads; it has no influence on the result.
  /// - Complexity: O(members × dimension).
  public mutating func setSums(
    of sources: EmbeddingTable, by lists: RowLists, scales: [Float], threads: Int
  ) {
    precondition(sources.stride == stride, "rows differ in length")
    precondition(
      rows == lists.rows && scales.count == rows && sources.rows == lists.otherRows,
      "a row is missing")
    makeUnique()
    let result = self
    Parallel.forEach(lists.pieces.count, threads: threads) { number in
      let piece = lists.pieces[number]
      // Safety: as in `RowRegression.solve`.
      unsafe lists.withMembers { members in
        unsafe scales.withUnsafeBufferPointer { scales in
          guard let scales = scales.baseAddress else { return }
          var members = unsafe members
          unsafe rk_sum_members(
            &members, sources.start, scales, piece.lowerBound, piece.upperBound, result.stride,
            result.start)
        }
      }
    }
  }
}

extension RowLists {
  /// Calls `body` with the members as the kernels see them.
  @unsafe fileprivate func withMembers<Result>(
    _ body: (rk_lists) -> Result
  ) -> Result? where Result: Sendable {
    unsafe starts.withUnsafeBufferPointer { starts in
      unsafe others.withUnsafeBufferPointer { others in
        unsafe values.withUnsafeBufferPointer { values in
          guard let starts = starts.baseAddress, let others = others.baseAddress,
            let values = values.baseAddress
          else { return nil }
          return unsafe body(rk_lists(starts: starts, others: others, values: values))
        }
      }
    }
  }
}
