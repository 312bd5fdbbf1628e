import Foundation
import Storage

/// What a run finds on the machine: processor, memory, clock, libraries, certificates.
enum MachineExamination {
  static let machine = "Machine"
  static let libraries = "Libraries"

  static func findings() -> [Finding] {
    [processor, memory, clock(Date()), program]
      + [archiveLibrary(LibraryVersions.archive)]
      + [.ok(libraries, "zlib", LibraryVersions.zlib)]
      + [certificates(ProcessInfo.processInfo.environment)]
  }

  private static var processor: Finding {
    let count = Machine.processorCount
    return .ok(
      machine, "processor",
      "\(count) processor\(count == 1 ? "" : "s"), kernels with \(ProgramBuild.current.vectors)")
  }

  private static var program: Finding {
    let build = ProgramBuild.current
    return .ok(
      machine, "program",
      "recjob \(Program.version), results revision \(Program.resultsRevision), commit "
        + (build.commit.map { String($0.prefix(12)) } ?? "not recorded"))
  }

  private static var memory: Finding {
    guard let available = MemoryState.availableBytes else {
      return .warning(machine, "memory", "not known: /proc/meminfo cannot be read")
    }
    return .ok(machine, "memory", "\(TransferProgress.size(available)) available")
  }

  /// A clock that is wrong names runs wrongly and makes certificates invalid.
  static func clock(_ now: Date) -> Finding {
    // No run of this program is older.
    guard now.timeIntervalSince1970 >= 1_767_225_600 else {
      return .problem(
        machine, "clock", "it says \(Machine.timeText(now)), before this program was written",
        "set the clock (timedatectl set-ntp true); certificates are not valid in the past",
        .unavailable)
    }
    let isSynchronized = FileSystem.exists("/run/systemd/timesync/synchronized")
    return .ok(
      machine, "clock",
      Machine.timeText(now) + (isSynchronized ? ", synchronized" : ""))
  }

  /// Compressions that an archive may have are there only if libarchive was built with them.
  static func archiveLibrary(_ version: String) -> Finding {
    let missing = [
      ("zlib/", ".gz"), ("bz2lib/", ".bz2"), ("liblzma/", ".xz"), ("libzstd/", ".zst"),
    ]
    .filter { !version.contains($0.0) }.map(\.1)
    guard missing.isEmpty else {
      return .warning(
        libraries, "libarchive",
        "\(version): it does not name what reads "
          + missing.joined(separator: ", "), "such files may be refused; install the system's own")
    }
    return .ok(libraries, "libarchive", version)
  }

  private static let stores = [
    "/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem", "/etc/ssl/cert.pem",
  ]

  static func certificates(_ environment: [String: String]) -> Finding {
    let given = ["URLSessionCertificateAuthorityInfoFile", "SSL_CERT_FILE"]
      .compactMap { environment[$0] }
    guard let store = (given + stores).first(where: FileSystem.isReadable) else {
      return .warning(
        libraries, "certificates", "no store of certificates was found",
        "sources with https will fail; install the package ca-certificates")
    }
    return .ok(libraries, "certificates", store)
  }
}

/// The memory of the machine, or of the control groups that bound this process.
enum MemoryState {
  /// The bytes that a run could have, as far as the system tells.
  static var availableBytes: Int? {
    guard let text = try? FileSystem.readText("/proc/meminfo"),
      let kibibytes = text.split(separator: "\n").first(where: { $0.hasPrefix("MemAvailable:") })?
        .split(separator: " ").dropFirst().first.flatMap({ Int($0) })
    else { return nil }
    return min(kibibytes * 1024, groupLimit ?? .max)
  }

  private static var groupLimit: Int? {
    let groups = (try? FileSystem.readText("/proc/self/cgroup", limit: 1 << 16)) ?? ""
    return limitFiles(groups: groups).compactMap { path in
      // A group without a limit says "max".
      let text = try? FileSystem.readText(path, limit: 64)
      return text.flatMap { Int($0.trimmingCharacters(in: .whitespacesAndNewlines)) }
    }.min()
  }

  /// Where the limits of the groups of a process may stand, by its list of them: its own, then those of
  /// the groups around it, each of which bounds it too.
  ///
  /// A path that is not there, as where the list is that of another namespace, has no limit.
  static func limitFiles(groups: String) -> [String] {
    groups.split(separator: "\n").flatMap { line -> [String] in
      let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard parts.count == 3 else { return [] }
      let (root, name): (String, String)
      if parts[0] == "0", parts[1].isEmpty {
        (root, name) = ("/sys/fs/cgroup", "memory.max")
      } else if parts[1].split(separator: ",").contains("memory") {
        (root, name) = ("/sys/fs/cgroup/memory", "memory.limit_in_bytes")
      } else {
        return []
      }
      let steps = parts[2].split(separator: "/").filter { $0 != ".." }
      return (0...steps.count).reversed().map { depth in
        ([root] + steps.prefix(depth).map { String($0) } + [name]).joined(separator: "/")
      }
    }
  }
}
