import Acquisition
import Foundation
import Synchronization

/// The URLs of a job that hear of a run: its start, and how it ended.
final class Pings: Sendable {
  /// What is told.
  enum Event {
    case start
    case success
    case failure(exitStatus: Int32, isSignal: Bool)
  }

  private let options: PingOptions
  private let base: String
  private let environment: [String: String]
  private let budget: Double
  private let started = Mutex<BoundedWork<String?>?>(nil)

  /// Prepares the pings of a run; files of secrets are below `base`.
  init(_ options: PingOptions, base: String, environment: [String: String], budget: Double) {
    self.options = options
    self.base = base
    self.environment = environment
    self.budget = budget
  }

  /// Tells of the start, while the run goes on.
  func start() {
    started.withLock { $0 = send(.start, body: []) }
  }

  /// Tells how the run ended, once the start is told, and returns the first failure of either.
  func end(_ event: Event, body: [UInt8]) async -> String? {
    var failure: String?
    if let first = started.withLock({ $0 }) { failure = await reason(first, .start) }
    let second = await reason(send(event, body: body), event)
    return failure ?? second
  }

  private func reason(_ work: BoundedWork<String?>, _ event: Event) async -> String? {
    let reason = await work.value(within: budget) ?? "no answer within \(budget) s"
    return reason.map { "\(event.name): \($0)" }
  }

  /// Starts to tell of an event; the result is why it was not told, or `nil`.
  private func send(_ event: Event, body: [UInt8]) -> BoundedWork<String?> {
    let (options, base, environment, budget) = (options, base, environment, budget)
    return BoundedWork {
      do {
        guard let url = try options.url(of: event, environment: environment, base: base) else {
          return nil
        }
        guard let notice = HTTPNotice(url, body: body) else {
          return "the URL is not an http or https URL"
        }
        try notice.post(within: budget)
        return nil
      } catch AcquisitionError.secretMissing(let reason) {
        return reason
      } catch {
        return "\(error)"
      }
    }
  }
}

extension Pings.Event {
  /// The key of the event in the job file.
  fileprivate var name: String {
    switch self {
    case .start: "start"
    case .success: "success"
    case .failure: "failure"
    }
  }
}

extension PingOptions {
  /// The URL that hears of an event, if there is one.
  func url(
    of event: Pings.Event, environment: [String: String], base: String
  ) throws -> String? {
    let own =
      switch event {
      case .start: start
      case .success: success
      case .failure: failure
      }
    if let own { return try own.read(environment: environment, base: base) }
    guard let url = try url?.read(environment: environment, base: base) else { return nil }
    switch event {
    case .start: return Self.extended(url, by: "start")
    case .success: return url
    case .failure(_, true): return Self.extended(url, by: "fail")
    case .failure(let exitStatus, false): return Self.extended(url, by: "\(exitStatus)")
    }
  }

  /// A URL with one more part of its path, before what may follow the path.
  static func extended(_ url: String, by part: String) -> String {
    let end = url.firstIndex { $0 == "?" || $0 == "#" } ?? url.endIndex
    let path = url[..<end]
    return path + (path.hasSuffix("/") ? "" : "/") + part + url[end...]
  }
}

extension PingAddress {
  fileprivate func read(environment: [String: String], base: String) throws -> String {
    switch self {
    case .url(let url): url
    case .secret(let place):
      try place.reference?.read(environment: environment, base: base) ?? ""
    }
  }
}
