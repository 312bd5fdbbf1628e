public import Dispatch
import Glibc

/// The signals that ask a process to end.
public struct EndingSignals {
  private static let all = [SIGTERM, SIGINT, SIGHUP]
  private static let names = [SIGTERM: "SIGTERM", SIGINT: "SIGINT", SIGHUP: "SIGHUP"]

  // Held so that they go on watching.
  private let sources: [any DispatchSourceSignal]

  /// Catches the signals from now on and hands each one to `handler`, one at a time.
  ///
  /// Those that the process was started to ignore, as `nohup` does, stay ignored.
  public init(queue: DispatchQueue, _ handler: @escaping @Sendable (Int32) -> Void) {
    sources = Self.all.filter { !Self.isIgnored($0) }.map { number in
      let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
      source.setEventHandler { handler(number) }
      source.resume()
      return source
    }
  }

  /// The name of a signal, for messages.
  public static func name(_ number: Int32) -> String { names[number] ?? "signal \(number)" }

  /// Ends the process as the signal would have if nobody had caught it.
  public static func end(by number: Int32) -> Never {
    // Safety: the set is a local value, and the calls keep no reference to it.
    signal(number, SIG_DFL)
    var set = sigset_t()
    unsafe sigemptyset(&set)
    unsafe sigaddset(&set, number)
    unsafe pthread_sigmask(SIG_UNBLOCK, &set, nil)
    raise(number)
    // A signal that does not end the process: the status that a shell would show.
    exit(128 + number)
  }

  private static func isIgnored(_ number: Int32) -> Bool {
    var action = sigaction()
    // Safety: the call fills the local value and keeps no reference to it.
    guard unsafe sigaction(number, nil, &action) == 0 else { return false }
    // Safety: the handler is compared as an address and never called.
    let handler = unsafe action.__sigaction_handler.sa_handler
    return unsafe unsafeBitCast(handler, to: Int.self) == 1
  }
}
