import Kernels
public import Storage

/// How this program came to be, and what it works with; nothing of it reaches a result.
public struct ProgramBuild: Sendable {
  /// The SHA-256 of the program's file, if it can be read.
  public let sha256: SHA256Digest?
  /// The commit that it was built from, ending in `-dirty` where the sources had been changed; `nil`
  /// where nobody wrote it down for just this file.
  public let commit: String?
  /// The compilers.
  public let toolchain: String
  /// The libarchive that is loaded, with the libraries that it uses.
  public let archiveLibrary = LibraryVersions.archive
  /// The zlib that is loaded.
  public let zlib = LibraryVersions.zlib
  /// The vectors that the kernels use on this processor.
  public let vectors = KernelBuild.vectors

  /// The program that is running.
  public static let current = ProgramBuild(program: "/proc/self/exe")

  /// Reads what is known of a program's file.
  ///
  /// The commit is in the file of the same name with `.commit` at its end, which
  /// `jobs/record-commit` writes after a build: the SHA-256 of the program, two spaces, the commit.
  /// A line for another program, as a later build leaves it behind, does not count.
  init(program: String) {
    let path = try? FileSystem.resolved(program)
    sha256 = path.flatMap { try? SHA256Digest.ofFile($0) }
    toolchain = "Swift \(Self.swift), \(KernelBuild.compiler)"
    let line = path.flatMap { try? FileSystem.readText("\($0).commit", limit: 1 << 12) } ?? ""
    let words = line.split { $0 == " " || $0 == "\n" }
    commit =
      words.count == 2 && sha256 != nil && SHA256Digest(hex: String(words[0])) == sha256
      ? String(words[1]) : nil
  }

  /// What `--version --verbose` prints below the version.
  public var text: String {
    let facts = [
      ("commit", commit ?? "unknown"), ("sha256", sha256?.hex ?? "unknown"),
      ("results revision", "\(Program.resultsRevision)"), ("toolchain", toolchain),
      ("libarchive", archiveLibrary), ("zlib", zlib), ("vectors", vectors),
    ]
    return facts.map { "\($0.0): \($0.1)\n" }.joined()
  }

  /// What `run.json` says.
  var members: [JSONMember] {
    [
      JSONMember(key: "program_version", value: .string(Program.version)),
      JSONMember(key: "program_commit", value: commit.map { .string($0) } ?? .null),
      JSONMember(key: "program_sha256", value: sha256.map { .string($0.hex) } ?? .null),
      JSONMember(key: "results_revision", value: .integer(Program.resultsRevision)),
      JSONMember(key: "toolchain", value: .string(toolchain)),
      JSONMember(key: "libarchive", value: .string(archiveLibrary)),
      JSONMember(key: "zlib", value: .string(zlib)),
      JSONMember(key: "vectors", value: .string(vectors)),
    ]
  }

  private static var swift: String {
    #if compiler(>=6.4)
      "6.4 or newer"
    #elseif compiler(>=6.3)
      "6.3"
    #else
      "6.2"
    #endif
  }
}
