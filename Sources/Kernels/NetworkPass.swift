internal import CKernels

/// Forward and backward through the dense layers of a network, for many rows at a time.
///
/// A row's inputs are rows of some tables, side by side. Between the layers stands
/// the rectifier; the last layer has one output, the key. The derivatives by the inputs and the
/// kernels can be asked for until the next pass.
///
/// Sums run over the inputs or outputs of a layer, or over rows, in ascending order. Threads take the
/// rows in chunks of a fixed size, and the kernels by their own rows, and no sum crosses such a border;
/// so the results depend neither on the number of threads nor on how a batch is cut into passes.
public struct NetworkPass: Sendable {
  /// How many rows a thread takes at a time.
  public static let chunkRows = 16
  /// How many rows of a kernel a thread takes at a time.
  static let chunkInputs = 32

  private let widths: [Int]
  /// What goes into each layer, after rectifier and dropout; the keys are last.
  private var values: [EmbeddingTable]
  /// What each layer's inputs were multiplied by, later the derivatives by them; those by the keys are
  /// last.
  private var slopes: [EmbeddingTable]
  /// Each layer's kernel with rows and columns exchanged.
  private var turned: [EmbeddingTable]
  /// The number of rows of the last pass.
  private var count = 0

  /// Prepares passes of at most `capacity` rows.
  ///
  /// - Parameters:
  ///   - widths: The number of inputs of each layer, then that of the last layer's outputs: 1.
  ///   - capacity: At least 1.
  public init(widths: [Int], capacity: Int) {
    precondition(widths.count > 1 && widths.last == 1, "a network ends in one output")
    precondition(capacity > 0, "a pass has rows")
    self.widths = widths
    values = widths.map { EmbeddingTable(rows: capacity, dimension: $0) }
    slopes = values
    turned = zip(widths, widths.dropFirst()).map { EmbeddingTable(rows: $1, dimension: $0) }
  }

  /// Takes rows through all layers and back.
  ///
  /// - Parameters:
  ///   - inputs: The rows.
  ///   - layers: The layers, of the widths of the pass.
  ///   - dropout: Which inputs of each layer are dropped, from the position of the first row on.
  ///   - team: The threads that share the work.
  ///   - loss: The loss of a row by its number, from 0, and its key; and the derivative by the key.
  /// - Returns: The sum of the losses, in the order of the rows.
  /// - Complexity: O(rows × parameters of the layers).
  public mutating func run(
    _ inputs: NetworkInputs, layers: [NetworkLayer], dropout: [DropoutGates], team: WorkTeam,
    loss: @Sendable (Int, Float) -> (value: Double, slope: Float)
  ) -> Double {
    count = inputs.rows.count
    precondition(count <= values[0].rows, "more rows than the pass has room for")
    precondition(inputs.dimension == widths[0], "the inputs do not fit the first layer")
    precondition(
      layers.map(\.shape) == Array(zip(widths, widths.dropFirst())).map { [$0, $1] }
        && dropout.count == layers.count, "the layers do not fit the pass")
    for layer in layers.indices {
      values[layer].makeUnique()
      slopes[layer].makeUnique()
      turned[layer].makeUnique()
      layers[layer].turn(into: turned[layer])
    }
    values[layers.count].makeUnique()
    slopes[layers.count].makeUnique()
    let chunks = NetworkChunks(
      inputs: inputs, layers: layers, dropout: dropout, values: values, slopes: slopes,
      turned: turned)
    return unsafe withUnsafeTemporaryAllocation(of: Double.self, capacity: count) { losses in
      // Safety: every chunk writes the losses of its own rows, all of them before they are summed.
      nonisolated(unsafe) let losses = unsafe losses
      let count = count
      team.forEach((count + Self.chunkRows - 1) / Self.chunkRows) { chunk in
        let first = chunk * Self.chunkRows
        let rows = first..<min(first + Self.chunkRows, count)
        chunks.forward(rows)
        for row in rows {
          let (value, slope) = loss(row, chunks.key(row))
          unsafe losses[row] = value
          chunks.setSlope(row, slope)
        }
        chunks.backward(rows)
      }
      var sum = 0.0
      for row in 0..<count { sum += unsafe losses[row] }
      return sum
    }
  }

  /// Adds the derivatives by a layer's kernel and bias, for row after row of the last pass.
  ///
  /// - Precondition: The tables have the shapes of the layer's kernel and bias.
  public func addGradients(
    ofLayer layer: Int, kernel: inout EmbeddingTable, bias: inout EmbeddingTable, team: WorkTeam
  ) {
    let (inputs, outputs) = (values[layer], slopes[layer + 1])
    precondition(
      kernel.rows >= widths[layer] && kernel.dimension == widths[layer + 1]
        && bias.rows > 0 && bias.dimension == widths[layer + 1], "no room for the gradients")
    kernel.makeUnique()
    bias.makeUnique()
    // Safety: all tables have room for the rows and lanes, which the shapes say; the inputs' rows
    // and the gradients belong to one chunk each.
    unsafe rk_add_rows(bias.start, outputs.start, outputs.stride, count)
    let (gradients, rows, width) = (kernel, count, widths[layer])
    team.forEach((width + Self.chunkInputs - 1) / Self.chunkInputs) { chunk in
      let first = chunk * Self.chunkInputs
      unsafe rk_dense_gradient(
        inputs.start, inputs.stride, first, min(first + Self.chunkInputs, width), outputs.start,
        outputs.stride, rows, gradients.start)
    }
  }

  /// Adds the derivatives by some lanes of the inputs to rows of a table, for row after row.
  ///
  /// - Parameters:
  ///   - gradients: The table, whose dimension is the number of lanes.
  ///   - rows: The row of the table for each row of the last pass.
  ///   - first: The first lane.
  public func addInputGradients(
    to gradients: inout EmbeddingTable, rows: ArraySlice<UInt32>, from first: Int
  ) {
    precondition(rows.count == count, "a row of the pass lacks its place")
    precondition(first >= 0 && first + gradients.dimension <= widths[0], "no such lanes")
    for row in rows { precondition(Int(row) < gradients.rows, "no such row") }
    gradients.makeUnique()
    // Safety: the rows and lanes lie inside both tables, as checked.
    unsafe rows.withUnsafeBufferPointer { rows in
      guard let numbers = rows.baseAddress else { return }
      unsafe rk_scatter_lanes(
        gradients.start, gradients.stride, numbers, slopes[0].start, slopes[0].stride, first,
        gradients.dimension, count)
    }
  }
}

/// The tables of a pass, for threads that each use rows of their own.
private struct NetworkChunks: Sendable {
  let inputs: NetworkInputs
  let layers: [NetworkLayer]
  let dropout: [DropoutGates]
  let values: [EmbeddingTable]
  let slopes: [EmbeddingTable]
  let turned: [EmbeddingTable]

  func key(_ row: Int) -> Float { values[layers.count][row, 0] }

  func setSlope(_ row: Int, _ slope: Float) {
    let slopes = slopes[layers.count]
    precondition(row < slopes.rows, "no such row")
    // Safety: the row lies inside the table; its other lanes are zero and stay so.
    unsafe slopes.start[row * slopes.stride] = slope
  }

  func forward(_ rows: Range<Int>) {
    inputs.gather(rows, shared: values[0])
    for (index, layer) in layers.enumerated() {
      let (source, gates, target) = (values[index], slopes[index], values[index + 1])
      dropout[index].draw(shared: gates, rows: rows)
      // Safety: the tables of a pass have the widths of its layers and room for all rows.
      let first = unsafe source.start + rows.lowerBound * source.stride
      let gate = unsafe gates.start + rows.lowerBound * gates.stride
      if index == 0 {
        unsafe rk_multiply(first, gate, rows.count * source.stride)
      } else {
        unsafe rk_rectify(first, gate, rows.count * source.stride)
      }
      unsafe rk_dense_forward(
        first, source.stride, layer.kernel.rows, layer.kernel.start, layer.bias.start,
        target.start + rows.lowerBound * target.stride, target.stride, rows.count)
    }
  }

  func backward(_ rows: Range<Int>) {
    for index in layers.indices.reversed() {
      let (outputs, gates, kernel) = (slopes[index + 1], slopes[index], turned[index])
      // Safety: as above.
      unsafe rk_dense_backward(
        outputs.start + rows.lowerBound * outputs.stride, outputs.stride, kernel.rows,
        kernel.start, gates.start + rows.lowerBound * gates.stride, gates.stride, rows.count)
    }
  }
}
