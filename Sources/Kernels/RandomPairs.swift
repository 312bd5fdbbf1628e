internal import CKernels

/// Pairs of random words at many places at once.
///
/// They are the first two of the four words of Philox4x32-10 with the key (seed, stream) and the
/// counter (epoch, position, unit), the position taking two words, low word first.
public struct RandomPairs: Sendable {
  private let place: rk_random_place

  /// Prepares the words of a seed, stream and unit, from a position on.
  public init(seed: UInt32, stream: UInt32, unit: UInt32, firstPosition: Int) {
    place = rk_random_place(
      seed: seed, stream: stream, epoch: 0, position: UInt64(firstPosition), unit: unit)
  }

  /// Draws the words of some positions, which are given by their distance from the first.
  ///
  /// - Parameters:
  ///   - epoch: The epoch.
  ///   - offsets: The distances.
  ///   - first: Receives the first word of each.
  ///   - second: Receives the second word of each.
  /// - Precondition: There is room for the words.
  public func draw(
    epoch: UInt32, offsets: [UInt32], first: inout [UInt32], second: inout [UInt32]
  ) {
    precondition(
      first.count >= offsets.count && second.count >= offsets.count, "there is no room")
    guard !offsets.isEmpty else { return }
    var place = place
    place.epoch = epoch
    // Safety: `offsets.count` words are read and as many written to either array, which have them.
    unsafe rk_random_pairs(place, offsets, offsets.count, &first, &second)
  }
}
