import Kernels

/// The kernels again as plain loops over arrays, with the sums in the order of the contract.
enum ScalarReference {
  /// Lane l of every sixteen is summed first; the sixteen sums are folded 16 → 8 → 4 → 2 → 1.
  static func dot(_ a: [Float], _ b: [Float]) -> Float {
    var lanes = [Float](repeating: 0, count: 16)
    for index in a.indices {
      let product = a[index] * b[index]
      lanes[index % 16] = index < 16 ? product : lanes[index % 16] + product
    }
    return fold(lanes)
  }

  static func fold(_ lanes: [Float]) -> Float {
    var lanes = lanes
    while lanes.count > 1 {
      let half = lanes.count / 2
      lanes = (0..<half).map { lanes[$0] + lanes[$0 + half] }
    }
    return lanes[0]
  }

  /// One row's step of Adam; the gradient contains that of the penalty.
  ///
  /// In a block of 64 lanes of which more than 48 are used, lanes l, l + 16, l + 32 and l + 48 share a
  /// division; other lanes divide alone.
  static func adam(
    weights: inout [Float], momentum: inout [Float], velocity: inout [Float], gradient: [Float],
    rate: Float, cleans: Bool
  ) {
    var denominators: [Float] = []
    for lane in weights.indices {
      momentum[lane] = momentum[lane] * 0.9 + gradient[lane] * 0.1
      velocity[lane] = velocity[lane] * 0.999 + gradient[lane] * gradient[lane] * 0.001
      if cleans, abs(momentum[lane]) <= 1e-30 { momentum[lane] = 0 }
      if cleans, velocity[lane] <= 1e-30 { velocity[lane] = 0 }
      denominators.append(velocity[lane].squareRoot() + 1e-7)
    }
    denominators += [Float](repeating: 1e-7, count: 64)
    for lane in weights.indices {
      let block = lane / 64 * 64
      guard weights.count - block > 48 else {
        weights[lane] -= momentum[lane] * (rate / denominators[lane])
        continue
      }
      let place = lane % 64 / 16
      let d = (0..<4).map { denominators[block + lane % 16 + 16 * $0] }
      let share = rate / ((d[0] * d[1]) * (d[2] * d[3]))
      let pair = place < 2 ? share * (d[2] * d[3]) : share * (d[0] * d[1])
      weights[lane] -= momentum[lane] * (pair * d[place ^ 1])
    }
  }

  /// The sum over the dimensions in ascending order.
  static func panelScore(_ a: [Float], _ b: [Float]) -> Float {
    var sum: Float = 0
    for index in a.indices { sum += a[index] * b[index] }
    return sum
  }

  /// The key of a network with one hidden layer, from the bias on over the units in ascending order.
  static func networkKey(
    _ user: [Float], _ item: [Float], weights: [Float], bias: Float
  ) -> Float {
    var sum = bias
    for unit in weights.indices { sum += max(user[unit] + item[unit], 0) * weights[unit] }
    return sum
  }

  /// The greatest keys with their rows, of equal keys the lower row first.
  static func best(_ k: Int, _ rows: [(row: UInt32, key: Float)]) -> [(row: UInt32, key: Float)] {
    Array(
      rows.sorted { $0.key != $1.key ? $0.key > $1.key : $0.row < $1.row }.prefix(k))
  }

  /// A dense layer's outputs: over the inputs in ascending order, the bias last.
  static func dense(_ inputs: [Float], kernel: [[Float]], bias: [Float]) -> [Float] {
    bias.indices.map { unit in
      var sum: Float = 0
      for input in inputs.indices { sum += inputs[input] * kernel[input][unit] }
      return sum + bias[unit]
    }
  }

  /// The derivatives by a dense layer's inputs: over its outputs in ascending order, times the gates.
  static func denseSlopes(_ slopes: [Float], kernel: [[Float]], gates: [Float]) -> [Float] {
    gates.indices.map { input in
      var sum: Float = 0
      for unit in slopes.indices { sum += slopes[unit] * kernel[input][unit] }
      return gates[input] * sum
    }
  }

  /// The gate of a unit: word `unit % 4` of Philox4x32-10 below the threshold drops it.
  static func gate(
    seed: UInt32, stream: UInt32, epoch: UInt32, position: UInt64, layer: UInt32, unit: Int,
    rate: Double
  ) -> Float {
    let words = philox(
      [
        epoch, UInt32(truncatingIfNeeded: position), UInt32(position >> 32),
        layer << 24 | UInt32(unit / 4),
      ],
      key: (seed, stream))
    return Double(words[unit % 4]) < rate * 4_294_967_296 ? 0 : Float(1 / (1 - rate))
  }

  /// The words of Philox4x32-10 at a counter.
  static func philox(_ counter: [UInt32], key: (UInt32, UInt32)) -> [UInt32] {
    var (counter, key) = (counter, key)
    for _ in 0..<10 {
      let first = UInt64(0xD251_1F53) * UInt64(counter[0])
      let second = UInt64(0xCD9E_8D57) * UInt64(counter[2])
      counter = [
        UInt32(second >> 32) ^ counter[1] ^ key.0, UInt32(truncatingIfNeeded: second),
        UInt32(first >> 32) ^ counter[3] ^ key.1, UInt32(truncatingIfNeeded: first),
      ]
      key = (key.0 &+ 0x9E37_79B9, key.1 &+ 0xBB67_AE85)
    }
    return counter
  }

  /// Numbers without a pattern, the same at every call.
  static func numbers(_ count: Int, seed: UInt64) -> [Float] {
    var state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
    return (0..<count).map { _ in
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      return Float(Int64(state >> 40) - 8_388_608) / 8_388_608
    }
  }
}
