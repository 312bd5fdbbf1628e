import Storage
import Synchronization

/// Tells on a line how far a transfer is: bytes, of how many, how fast, and the time that is left.
public final class TransferProgress: Sendable {
  private struct State {
    /// What is under way, when it began and with how many bytes.
    var name = ""
    var start = Duration.zero
    var startBytes = 0
    var shownAt: Duration?
  }

  /// The shortest time between two texts; an eye follows no more, and a slow terminal neither.
  private static let interval = Duration.milliseconds(100)
  private static let barWidth = 20

  private let line: ProgressLine
  private let prefix: String
  private let elapsed: @Sendable () -> Duration
  private let state = Mutex(State())

  /// Creates the display; `elapsed` is the time since some fixed instant, by default the machine's.
  ///
  /// The name of what is done, if there is one, comes first.
  public init(
    line: ProgressLine, name: String? = nil, elapsed: (@Sendable () -> Duration)? = nil
  ) {
    let start = ContinuousClock.now
    self.line = line
    prefix = name.map { "\($0) " } ?? ""
    self.elapsed = elapsed ?? { ContinuousClock.now - start }
  }

  /// Shows the bytes that are there, of the whole if its size is known.
  public func show(_ name: String, received: Int, total: Int?) {
    let now = elapsed()
    let text: String? = state.withLock { state in
      if state.name != name || received < state.startBytes {
        // The bytes of an earlier attempt say nothing about the speed of this one.
        state = State(name: name, start: now, startBytes: received)
      }
      if let shownAt = state.shownAt, now - shownAt < Self.interval, received != total {
        return nil
      }
      state.shownAt = now
      return Self.text(
        received: received, total: total, gained: received - state.startBytes,
        in: now - state.start)
    }
    if let text { line.show(prefix + text) }
  }

  /// Removes the line.
  public func clear() {
    line.clear()
  }

  /// The text for `gained` of the `received` bytes in a time.
  static func text(received: Int, total: Int?, gained: Int, in time: Duration) -> String {
    let seconds = time / .seconds(1)
    let rate = seconds > 0 ? Double(gained) / seconds : 0
    let speed = rate > 0 ? ", \(size(Int(rate)))/s" : ""
    guard let total, total > 0 else { return size(received) + speed }
    let share = min(1, Double(received) / Double(total))
    let left = rate > 0 ? ", \(clock(Double(max(0, total - received)) / rate)) left" : ""
    return "\(bar(share)) \(Int(share * 100)) %, \(size(received)) of \(size(total))\(speed)\(left)"
  }

  /// A bar that is full at 1.
  static func bar(_ share: Double) -> String {
    let full = Int(min(max(share, 0), 1) * Double(barWidth))
    return "[" + String(repeating: "#", count: full)
      + String(repeating: "-", count: barWidth - full) + "]"
  }

  /// A number of bytes with at most one decimal: "640 B", "3.1 MB".
  static func size(_ bytes: Int) -> String {
    guard bytes >= 1000 else { return "\(bytes) B" }
    var tenths = Double(bytes) / 100
    for unit in ["kB", "MB", "GB"] {
      // What would round up to 1000 is one of the next unit.
      if tenths < 9_999.5 { return "\(decimal(tenths)) \(unit)" }
      tenths /= 1000
    }
    return "\(decimal(tenths)) TB"
  }

  private static func decimal(_ tenths: Double) -> String {
    let whole = Int(tenths.rounded())
    return "\(whole / 10).\(whole % 10)"
  }

  /// A time in whole seconds, as a clock shows it: "0:07", "1:02:03".
  static func clock(_ seconds: Double) -> String {
    let whole = Int(min(seconds, 359_999).rounded(.up))
    func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    let (hours, minutes) = (whole / 3600, whole / 60 % 60)
    return hours > 0
      ? "\(hours):\(two(minutes)):\(two(whole % 60))" : "\(minutes):\(two(whole % 60))"
  }
}
