import Foundation
import Publishing
import Storage

/// What an output directory holds and allows.
struct OutputExamination {
  static let area = "Output"
  /// The hours after which the last success is worth a look, as in the alerts of `cron/`.
  private static let longestPause = 26.0
  private static let leastRoom = 20 << 20

  let directory: String
  /// The bytes that a run may write, as far as the dataset's size tells.
  let datasetNeed: Int
  let now: Date

  func findings() -> [Finding] {
    let place = self.place
    guard FileSystem.isDirectory(directory), FileSystem.isReadable(directory) else {
      return [place, room]
    }
    return [place, room, lock, leftovers, lastRun, latest, rejected].compactMap(\.self)
  }

  private var place: Finding {
    let subject = "directory"
    if FileSystem.exists(directory) {
      guard FileSystem.isDirectory(directory) else {
        return .problem(
          Self.area, subject, "\(directory) is no directory",
          "remove it, or name another as output.directory", .cannotCreate)
      }
      let written = RunDirectory.writtenNames.map { PathName.joined(directory, $0) }
      for path in [directory] + written where FileSystem.exists(path) {
        guard FileSystem.isWritable(path) else {
          return .problem(
            Self.area, subject, "\(path) cannot be written by this user",
            "run as the job's user, or change the directory's owner", .notPermitted)
        }
      }
      return .ok(Self.area, subject, directory)
    }
    var parent = PathName.parent(of: directory)
    while !FileSystem.exists(parent), parent != PathName.parent(of: parent) {
      parent = PathName.parent(of: parent)
    }
    guard FileSystem.isDirectory(parent), FileSystem.isWritable(parent) else {
      return .problem(
        Self.area, subject, "\(directory) does not exist, and \(parent) cannot be written",
        "make it, or name another as output.directory", .cannotCreate)
    }
    return .ok(Self.area, subject, "\(directory) does not exist yet; the first run makes it")
  }

  private var room: Finding {
    let subject = "free space"
    guard let free = FileSystem.freeBytes(at: directory) else {
      return .warning(Self.area, subject, "not known")
    }
    let need = max(latestSize ?? datasetNeed, Self.leastRoom)
    let text =
      "\(TransferProgress.size(free)) free; a run writes about \(TransferProgress.size(need))"
    if free < need {
      return .problem(
        Self.area, subject, text, "free some space, or lower output.keep_runs", .inputOutput)
    }
    return free < 3 * need
      ? .warning(Self.area, subject, text, "room for fewer than three runs is left")
      : .ok(Self.area, subject, text)
  }

  /// The bytes of the run that is published.
  private var latestSize: Int? {
    guard let run = try? RunDirectory.resolvingLatest(directory),
      let manifest = try? RunDirectory.manifest(ofRun: run)
    else { return nil }
    return manifest.entries.reduce(0) { $0 + $1.bytes }
  }

  private var lock: Finding {
    let subject = "lock"
    do {
      guard
        let holder = try FileLock.currentHolder(PathName.joined(directory, RunDirectory.lockName))
      else {
        return .ok(Self.area, subject, "free")
      }
      return .warning(
        Self.area, subject, "held: \(holder.isEmpty ? "by another run" : holder)",
        "a run that starts now ends with 75, or waits for lock_wait_seconds")
    } catch {
      return .warning(Self.area, subject, "not checked: \(error)")
    }
  }

  private var leftovers: Finding? {
    let staging = PathName.joined(directory, ".staging")
    let names = (try? FileSystem.list(staging)) ?? []
    if names.isEmpty { return nil }
    let isAtWork =
      (try? FileLock.currentHolder(PathName.joined(directory, RunDirectory.lockName))) ?? nil
    if isAtWork != nil { return .ok(Self.area, "staging", "a run is at work") }
    return .warning(
      Self.area, "staging", "\(names.count) left by a run that was killed",
      "nothing to do: the next run removes them")
  }

  private var lastRun: Finding {
    let subject = "last run"
    guard let state = RunState(output: directory) else {
      return .ok(Self.area, subject, "none has ended here yet")
    }
    let finished = state.json["finished"]?.stringValue ?? "?"
    let ago = Self.age(of: finished, now).map { ", \($0) ago" } ?? ""
    if state.json["outcome"]?.stringValue == "failed" {
      let stage = state.json["stage"]?.stringValue ?? "?"
      let reason = state.json["reason"]?.stringValue ?? "?"
      let code = state.json["exit_status"]?.intValue.map { " (exit status \($0))" } ?? ""
      return .warning(
        Self.area, subject, "failed at \(finished)\(ago): \(stage): \(reason)\(code)",
        "cron/README.md says what to do on each exit status")
    }
    let outcome = state.json["outcome"]?.stringValue ?? "?"
    let run = state.json["run"]?.stringValue ?? "?"
    let text = "\(outcome) at \(finished)\(ago): \(run)"
    if let success = state.success {
      let hours = (now.timeIntervalSince1970 - Double(success.time)) / 3600
      if hours < -1 {
        return .warning(
          Self.area, subject, "\(text), which is in the future",
          "was the clock wrong, or is it now?")
      }
      if hours > Self.longestPause {
        return .warning(
          Self.area, subject, text, "a nightly job has not run for more than a day; see its timer")
      }
    }
    return .ok(Self.area, subject, text)
  }

  private var latest: Finding? {
    let link = PathName.joined(directory, "latest")
    guard FileSystem.isSymbolicLink(link) else { return nil }
    let advice = "\"recjob rollback\" points latest at the run before, or let the next run publish"
    do throws(PublishingError) {
      let found = try RunDirectory.verify(directory)
      let name = PathName.lastComponent(of: found.path)
      guard let difference = found.differences.first else {
        return .ok(
          Self.area, "latest", "\(name) verifies: \(found.fileCount) files are as published")
      }
      return .problem(Self.area, "latest", "\(name): \(difference)", advice, .badData)
    } catch {
      return .problem(Self.area, "latest", "\(error)", advice, ExitStatus(error))
    }
  }

  /// A refused result that no newer run has made good.
  private var rejected: Finding? {
    let place = PathName.joined(directory, "rejected")
    let names = ((try? FileSystem.list(place)) ?? []).compactMap { RunIdentifier($0) }
    guard let newest = names.max() else { return nil }
    let published = (try? RunDirectory(directory).latest()) ?? nil
    if let published, published > newest { return nil }
    return .warning(
      Self.area, "rejected", "a gate refused \(newest)",
      "look at \(place)/\(newest)/changes.json; --ignore-gates publishes once")
  }

  /// The time since, in the unit that fits.
  static func age(of time: String, _ now: Date) -> String? {
    guard let then = try? Date(time, strategy: .iso8601) else { return nil }
    let seconds = Int(now.timeIntervalSince(then))
    switch seconds {
    case ..<0: return nil
    case ..<120: return "\(seconds) s"
    case ..<7200: return "\(seconds / 60) min"
    case ..<172_800: return "\(seconds / 3600) h"
    default: return "\(seconds / 86_400) days"
    }
  }
}
