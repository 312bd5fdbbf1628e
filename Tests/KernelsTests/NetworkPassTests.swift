import Kernels
import Testing

struct NetworkPassTests {
  private struct Shape: CustomStringConvertible, Sendable {
    let left: Int
    let right: Int
    let hidden: [Int]
    let rows: Int
    var description: String { "\(left) + \(right) inputs, \(hidden) hidden, \(rows) rows" }
  }

  private static let shapes = [
    Shape(left: 1, right: 1, hidden: [], rows: 1), Shape(left: 3, right: 5, hidden: [3], rows: 2),
    Shape(left: 16, right: 17, hidden: [10], rows: 16),
    Shape(left: 50, right: 50, hidden: [10], rows: 37),
    Shape(left: 20, right: 33, hidden: [33, 18], rows: 67),
  ]

  @Test(arguments: shapes.indices, [1, 2, 5])
  func isThePlainNetworkToTheBit(index: Int, threads: Int) {
    let shape = Self.shapes[index]
    let twin = Twin(left: shape.left, right: shape.right, hidden: shape.hidden)
    let team = WorkTeam(threads: threads)
    var pass = NetworkPass(widths: twin.widths, capacity: 70)
    let numbers = (0..<shape.rows + 4).map { UInt32($0 * 7 % 5) }
    let others = (0..<shape.rows + 4).map { UInt32($0 * 3 % 4) }
    let rates = twin.kernels.indices.map { $0 == 0 ? 0.25 : 0.5 }
    // The second pass must not see what the first left behind.
    for epoch in [UInt32(1), 2] {
      let loss = pass.run(
        NetworkInputs(
          [NetworkInputs.Part(twin.left, numbers), NetworkInputs.Part(twin.right, others)],
          rows: 3..<3 + shape.rows),
        layers: twin.layers,
        dropout: rates.enumerated().map {
          DropoutGates(
            rate: $1, seed: 9, stream: 2, epoch: epoch, firstPosition: 1000, layer: $0)
        },
        team: team
      ) { row, key in (Double(key) * Double(row), key * 0.5 + Float(row)) }
      var expected = Twin.Results(twin, gradientRows: 6)
      for row in 0..<shape.rows {
        twin.learn(
          row, Int(numbers[3 + row]), Int(others[3 + row]), epoch: epoch, rates, &expected)
      }
      #expect(loss == expected.loss, "\(shape)")
      for layer in twin.kernels.indices {
        var kernel = EmbeddingTable(
          rows: twin.widths[layer], dimension: twin.widths[layer + 1])
        var bias = EmbeddingTable(rows: 1, dimension: twin.widths[layer + 1])
        pass.addGradients(ofLayer: layer, kernel: &kernel, bias: &bias, team: team)
        let columns = 0..<kernel.dimension
        #expect(
          kernel.values(columns: columns) == expected.kernels[layer].flatMap { $0 }, "\(shape)")
        #expect(bias.values(columns: columns) == expected.biases[layer], "\(shape)")
      }
      var left = EmbeddingTable(rows: 6, dimension: shape.left)
      var right = EmbeddingTable(rows: 6, dimension: shape.right)
      pass.addInputGradients(to: &left, rows: numbers[3..<3 + shape.rows], from: 0)
      pass.addInputGradients(to: &right, rows: others[3..<3 + shape.rows], from: shape.left)
      #expect(left.values(columns: 0..<shape.left) == expected.left.flatMap { $0 }, "\(shape)")
      #expect(right.values(columns: 0..<shape.right) == expected.right.flatMap { $0 }, "\(shape)")
    }
  }
}

/// A network in plain arrays.
private struct Twin: Sendable {
  let widths: [Int]
  let kernels: [[[Float]]]
  let biases: [[Float]]
  let left: EmbeddingTable
  let right: EmbeddingTable

  struct Results {
    var loss = 0.0
    var kernels: [[[Float]]]
    var biases: [[Float]]
    var left: [[Float]]
    var right: [[Float]]

    init(_ twin: Twin, gradientRows: Int) {
      func zeros(_ count: Int) -> [Float] { Array(repeating: 0, count: count) }
      kernels = twin.kernels.map { $0.map { zeros($0.count) } }
      biases = twin.biases.map { zeros($0.count) }
      left = Array(repeating: zeros(twin.left.dimension), count: gradientRows)
      right = Array(repeating: zeros(twin.right.dimension), count: gradientRows)
    }
  }

  init(left: Int, right: Int, hidden: [Int]) {
    func table(_ rows: Int, _ dimension: Int, _ seed: Int) -> EmbeddingTable {
      EmbeddingTable(
        rows: rows, dimension: dimension,
        values: ScalarReference.numbers(rows * dimension, seed: UInt64(seed)))
    }
    let widths = [left + right] + hidden + [1]
    self.widths = widths
    self.left = table(5, left, 1)
    self.right = table(4, right, 2)
    kernels = (0..<widths.count - 1).map { layer in
      (0..<widths[layer]).map {
        ScalarReference.numbers(widths[layer + 1], seed: UInt64(100 * layer + $0 + 3))
      }
    }
    biases = (1..<widths.count).map { ScalarReference.numbers(widths[$0], seed: UInt64($0 + 90)) }
  }

  var layers: [NetworkLayer] {
    zip(kernels, biases).map { kernel, bias in
      NetworkLayer(
        kernel: EmbeddingTable(
          rows: kernel.count, dimension: bias.count, values: kernel.flatMap { $0 }),
        bias: EmbeddingTable(rows: 1, dimension: bias.count, values: bias))
    }
  }

  /// Takes one row through the layers and back.
  func learn(
    _ row: Int, _ user: Int, _ item: Int, epoch: UInt32, _ rates: [Double],
    _ results: inout Results
  ) {
    var values = [
      (0..<left.dimension).map { left[user, $0] } + (0..<right.dimension).map { right[item, $0] }
    ]
    var gates: [[Float]] = []
    for layer in kernels.indices {
      var gate = (0..<widths[layer]).map {
        ScalarReference.gate(
          seed: 9, stream: 2, epoch: epoch, position: UInt64(1000 + row), layer: UInt32(layer),
          unit: $0, rate: rates[layer])
      }
      for unit in gate.indices {
        if layer > 0, values[layer][unit] <= 0 { gate[unit] = 0 }
        values[layer][unit] *= gate[unit]
      }
      gates.append(gate)
      values.append(
        ScalarReference.dense(values[layer], kernel: kernels[layer], bias: biases[layer]))
    }
    let key = values[kernels.count][0]
    results.loss += Double(key) * Double(row)
    var slopes = [key * 0.5 + Float(row)]
    for layer in kernels.indices.reversed() {
      for unit in slopes.indices {
        results.biases[layer][unit] += slopes[unit]
        for input in values[layer].indices {
          results.kernels[layer][input][unit] += values[layer][input] * slopes[unit]
        }
      }
      slopes = ScalarReference.denseSlopes(slopes, kernel: kernels[layer], gates: gates[layer])
    }
    for lane in 0..<left.dimension { results.left[user][lane] += slopes[lane] }
    for lane in 0..<right.dimension { results.right[item][lane] += slopes[left.dimension + lane] }
  }
}
