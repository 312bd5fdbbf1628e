import Acquisition
import Foundation

/// Who is told how a run went, beside the log and the exit status.
public struct MonitoringOptions: Equatable, Sendable {
  /// The file that Prometheus' node_exporter reads, relative to the job file; `nil`, the default, is
  /// none.
  public var metricsFile: String?
  /// The URLs that are asked when a run starts and ends; `nil`, the default, are none.
  public var ping: PingOptions?
  /// The lineage file of a run; `nil` is none. The default has the namespace `recjob`.
  public var openLineage: LineageOptions? = LineageOptions()

  /// Creates the default options.
  public init() {}
}

/// The URLs that hear of a run.
public struct PingOptions: Equatable, Sendable {
  /// The URL of healthchecks' convention: the others are made from it.
  public var url: PingAddress?
  /// The URL that hears of the start.
  public var start: PingAddress?
  /// The URL that hears of a success.
  public var success: PingAddress?
  /// The URL that hears of a failure.
  public var failure: PingAddress?

  /// Creates options without URLs.
  public init() {}
}

/// A URL, or where it is kept if nobody is to read it in the job file.
public enum PingAddress: Equatable, Sendable {
  /// The URL itself.
  case url(String)
  /// A place that has it.
  case secret(SecretOptions)

  /// What is wrong with the URL, as far as it is known.
  var fault: String? {
    guard case .url(let text) = self else { return nil }
    guard let url = URL(string: text), ["http", "https"].contains(url.scheme?.lowercased()),
      !(url.host ?? "").isEmpty
    else { return "it must be an http or https URL with a host" }
    return url.user != nil || url.password != nil
      ? "a URL must not hold a user name or password, which would be written to results; keep the "
        + "whole URL in a variable, a file or a credential" : nil
  }
}

/// How a run is named in OpenLineage.
public struct LineageOptions: Equatable, Sendable {
  /// The namespace of the job. The default is `recjob`.
  public var namespace = "recjob"

  /// Creates the default options.
  public init() {}
}

extension Plan {
  /// Finds ping URLs that are no URLs, too many of them, or none.
  func monitoringConflicts() -> [PlanConflict] {
    var conflicts: [PlanConflict] = []
    if let path = monitoring.metricsFile, path.utf8.contains(0) {
      conflicts.append(
        PlanConflict(["monitoring/metrics_file"], "a path cannot contain a zero character"))
    }
    guard let ping = monitoring.ping else { return conflicts }
    let single = [("start", ping.start), ("success", ping.success), ("failure", ping.failure)]
    for (key, address) in [("url", ping.url)] + single {
      if let fault = address?.fault {
        conflicts.append(PlanConflict(["monitoring/ping/\(key)", "monitoring/ping"], fault))
      }
    }
    let given = single.filter { $0.1 != nil }
    if ping.url == nil, given.isEmpty {
      conflicts.append(
        PlanConflict(
          ["monitoring/ping"], "it needs the key \"url\", or some of start, success and failure"))
    }
    if ping.url != nil, let other = given.first {
      conflicts.append(
        PlanConflict(
          ["monitoring/ping/url", "monitoring/ping/\(other.0)", "monitoring/ping"],
          "\"url\" and \"\(other.0)\" exclude each other; leave out one of them"))
    }
    return conflicts
  }
}
