import Synchronization
import TestSupport

/// The answers of a server that must know another server's address first.
final class AnswerBox: Sendable {
  private let stored = Mutex<LoopbackServer.Answer>({ _, _ in .status(404) })

  func set(_ answer: @escaping LoopbackServer.Answer) {
    stored.withLock { $0 = answer }
  }

  func answer(_ request: LoopbackServer.Request, _ number: Int) -> LoopbackServer.Response {
    stored.withLock { $0 }(request, number)
  }
}
