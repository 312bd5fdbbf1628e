import Dispatch
import Foundation
import Synchronization

/// Pieces of members that one thread reads while another uses those before.
///
/// An error of the reader takes its place behind the pieces that were read before it. Which of two
/// errors is met first therefore depends on the bytes alone and not on the speed of the threads.
final class ReadAhead: Sendable {
  /// Some bytes of a member.
  struct Piece: Sendable {
    let member: String
    let bytes: [UInt8]
  }

  private struct State {
    /// The pieces that were read and not yet used, in order.
    var pieces: [Piece] = []
    /// Whether the rest is not wanted any more.
    var isStopped = false
    /// How reading ended.
    var end: Result<Void, StorageError>?
  }

  /// Enough that neither thread waits for a moment's sleep of the other, and small enough that a
  /// piece is still in the processor's cache when it is used.
  private static let mostPieces = 8

  private let state = Mutex(State())
  private let places = DispatchSemaphore(value: 0)
  private let events = DispatchSemaphore(value: 0)

  private init() {
    // A semaphore must not end with less than it began with.
    for _ in 0..<Self.mostPieces { places.signal() }
  }

  /// Calls `use` on this thread with the pieces that `read` hands over on another.
  ///
  /// `read` is told with each piece whether to go on. Both have ended when this returns; an error of
  /// `use` ends them, and is thrown whatever `read` has met since.
  static func forEach<E: Error>(
    of read: @escaping @Sendable (_ handOver: (Piece) -> Bool) throws(StorageError) -> Void,
    use: (Piece) throws(E) -> Void
  ) throws {
    let ahead = ReadAhead()
    Thread.detachNewThread {
      do throws(StorageError) {
        try read(ahead.handOver)
        ahead.end(.success(()))
      } catch {
        ahead.end(.failure(error))
      }
    }
    do throws(E) {
      while let piece = ahead.next() { try use(piece) }
    } catch {
      ahead.stop()
      throw error
    }
    try ahead.state.withLock { $0.end }?.get()
  }

  private func handOver(_ piece: Piece) -> Bool {
    places.wait()
    let goesOn = state.withLock { state in
      if !state.isStopped { state.pieces.append(piece) }
      return !state.isStopped
    }
    events.signal()
    return goesOn
  }

  private func end(_ end: Result<Void, StorageError>) {
    state.withLock { $0.end = end }
    events.signal()
  }

  /// The next piece, or `nil` after the last.
  private func next() -> Piece? {
    events.wait()
    let piece = state.withLock { $0.pieces.isEmpty ? nil : $0.pieces.removeFirst() }
    places.signal()
    return piece
  }

  /// Ends reading and waits until it has.
  private func stop() {
    state.withLock { state in
      state.isStopped = true
      state.pieces = []
    }
    repeat {
      places.signal()
      events.wait()
    } while state.withLock { $0.end } == nil
  }
}
