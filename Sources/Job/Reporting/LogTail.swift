import Synchronization

/// The end of a log, kept in memory for those who hear of a failure.
public final class LogTail: Sendable {
  /// The most bytes that are kept: what healthchecks stores of a ping.
  public static let capacity = 10_000

  private let bytes = Mutex<[UInt8]>([])

  /// Creates an empty tail.
  public init() {}

  /// Adds a line.
  public func append(_ line: String) {
    bytes.withLock { bytes in
      bytes += line.utf8
      bytes.append(UInt8(ascii: "\n"))
      // Cut seldom, so that a long log does not move its tail at each line.
      if bytes.count > 4 * Self.capacity { bytes.removeFirst(bytes.count - Self.capacity) }
    }
  }

  /// The last whole lines, at most ``capacity`` bytes; the end of the last line where that is longer.
  public var text: [UInt8] {
    bytes.withLock { bytes in
      guard bytes.count > Self.capacity else { return bytes }
      let tail = bytes.suffix(Self.capacity)
      // Without a line end before its last one the tail is a part of one line.
      let lineEnd = tail.dropLast().firstIndex(of: UInt8(ascii: "\n"))
      return Array(lineEnd.map { tail[($0 + 1)...] } ?? tail)
    }
  }
}
