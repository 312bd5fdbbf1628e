import ArgumentParser
import Foundation
import Job
import Kernels
import Storage

/// What every result says about the program and the machine.
struct Provenance: ParsableArguments {
  @Option(help: "The commit that is measured. (default: what git describes here)")
  var commit: String?

  /// The last members of a result.
  var members: [JSONMember] {
    [
      JSONMember(key: "version", value: .string(Program.version)),
      JSONMember(key: "commit", value: (commit ?? Self.described).map { .string($0) } ?? .null),
      JSONMember(key: "machine", value: MachineFacts.json),
    ]
  }

  /// The commit of the working directory, `-dirty` if it has been changed since.
  private static var described: String? {
    let git = Process()
    let output = Pipe()
    git.executableURL = URL(filePath: "/usr/bin/env")
    git.arguments = ["git", "describe", "--always", "--dirty", "--abbrev=12", "--exclude=*"]
    git.standardOutput = output
    git.standardError = FileHandle.nullDevice
    guard (try? git.run()) != nil else { return nil }
    let bytes = (try? output.fileHandleForReading.readToEnd()) ?? nil
    git.waitUntilExit()
    let text = String(decoding: bytes ?? Data(), as: UTF8.self)
      .trimmingCharacters(in: .whitespacesAndNewlines)
    return git.terminationStatus == 0 && !text.isEmpty ? text : nil
  }
}

/// What the system says about this machine and this process.
enum MachineFacts {
  /// The processor's name, how many of them, and the widest vectors that the kernels use on it.
  static var json: JSONValue {
    let facts = (try? FileSystem.readText("/proc/cpuinfo")) ?? ""
    return [
      "cpu": .string(value(of: "model name", in: facts) ?? "unknown"),
      "cores": .integer(ProcessInfo.processInfo.activeProcessorCount),
      "vectors": .string(KernelBuild.vectors),
    ]
  }

  /// The most memory that this process has held since it started or since the last
  /// ``resetPeakMemory()``, in bytes.
  static var peakMemoryBytes: Int? {
    guard let status = try? FileSystem.readText("/proc/self/status"),
      let kibibytes = value(of: "VmHWM", in: status)?.split(separator: " ").first
    else { return nil }
    return Int(kibibytes).map { $0 * 1024 }
  }

  /// Has the peak start at what is held now.
  static func resetPeakMemory() {
    guard let file = FileHandle(forWritingAtPath: "/proc/self/clear_refs") else { return }
    try? file.write(contentsOf: Data("5".utf8))
    try? file.close()
  }

  /// The processor seconds, by the program and by the system, of the children that have ended.
  static var childSeconds: (user: Double, system: Double)? {
    guard let text = try? FileSystem.readText("/proc/self/stat"),
      let name = text.lastIndex(of: ")")
    else { return nil }
    // The fields after the name, which is the second: cutime is the 16th, cstime the 17th.
    let fields = text[name...].split(separator: " ").dropFirst()
    let ticks = fields.dropFirst(13).prefix(2).compactMap { Double($0) }
    let perSecond = Double(sysconf(Int32(_SC_CLK_TCK)))
    return ticks.count == 2 ? (ticks[0] / perSecond, ticks[1] / perSecond) : nil
  }

  private static func value(of key: String, in text: String) -> String? {
    for line in text.split(separator: "\n") {
      let parts = line.split(separator: ":", maxSplits: 1)
      guard parts.count == 2, parts[0].trimmingCharacters(in: .whitespaces) == key else { continue }
      return parts[1].trimmingCharacters(in: .whitespaces)
    }
    return nil
  }
}
