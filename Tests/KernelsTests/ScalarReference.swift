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
