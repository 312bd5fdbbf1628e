import Foundation
import Storage
import Testing

/// What may import what, held against the manifest and the import lines of all sources.
@Suite struct ArchitectureTests {
  private static let root = URL(filePath: JobDocuments.directory)
    .deletingLastPathComponent().path(percentEncoded: false)
  private static let page = "Sources/Job/Job.docc/Architecture.md"

  /// The targets of the program, from the bytes up, and what their files may import of each other,
  /// of packages and of Foundation. There are no other arrows.
  private static let allowed: [(target: String, imports: Set<String>)] = [
    ("CStorage", []),
    ("Storage", ["CStorage", "Crypto", "Foundation"]),
    ("Acquisition", ["Foundation", "FoundationNetworking", "Storage"]),
    ("CKernels", []),
    ("Kernels", ["CKernels"]),
    ("Ratings", ["Kernels"]),
    ("Recommenders", ["Kernels", "Ratings"]),
    ("Publishing", ["Foundation", "Kernels", "Ratings", "Recommenders", "Storage"]),
    (
      "Job",
      [
        "Acquisition", "Foundation", "Kernels", "Logging", "Publishing", "Ratings", "Recommenders",
        "Storage",
      ]
    ),
    ("recjob", ["ArgumentParser", "Foundation", "Job", "Logging"]),
    (
      "recjob-bench",
      [
        "ArgumentParser", "Foundation", "Job", "Kernels", "Publishing", "Ratings", "Recommenders",
        "Storage",
      ]
    ),
  ]
  /// Modules of the system and the standard library, and who may import them.
  private static let systemModules: [String: Set<String>] = [
    "Glibc": ["Storage", "Kernels"],
    "Dispatch": ["Storage", "Kernels", "Job"],
    "Synchronization": [
      "Storage", "Acquisition", "Kernels", "Recommenders", "Publishing", "Job",
    ],
  ]

  private static func imports(of target: String) -> Set<String> {
    allowed.first { $0.target == target }?.imports ?? []
  }

  // MARK: - Reading the project

  /// The targets that the manifest declares, with the names of what they depend on.
  private static func manifest() throws -> [(target: String, dependencies: Set<String>)] {
    let text = try FileSystem.readText(PathName.joined(root, "Package.swift"))
    let packages = ["crypto": "Crypto", "logging": "Logging", "argumentParser": "ArgumentParser"]
    let declaration =
      /\.(?:target|executableTarget|systemLibrary)\(\s*name: "([^"]+)"(?:,\s*dependencies: \[([^\]]*)\])?/
    return text.matches(of: declaration).map { match in
      let names = (match.2 ?? "").split { $0 == "," || $0.isWhitespace }.map { name in
        packages[String(name)] ?? name.filter { $0 != "\"" }
      }
      return (String(match.1), Set(names))
    }
  }

  /// The code of a target's files: file, number of the line, and the line without its comment.
  private static func lines(
    of target: String
  ) throws -> [(file: String, number: Int, code: Substring)] {
    let directory = PathName.joined(PathName.joined(root, "Sources"), target)
    var lines: [(file: String, number: Int, code: Substring)] = []
    for file in try FileSystem.listTree(directory) where file.hasSuffix(".swift") {
      let text = try FileSystem.readText(PathName.joined(directory, file))
      // Texts of several lines are data: they may hold programs of another language.
      var isText = false
      for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false)
        .enumerated()
      {
        let delimiters = line.matches(of: /"""/).count
        if !isText {
          let code = line.firstRange(of: "//").map { line[..<$0.lowerBound] } ?? line
          lines.append((file, index + 1, code))
        }
        if delimiters % 2 == 1 { isText.toggle() }
      }
    }
    return lines
  }

  /// The module that a line imports.
  private static func module(_ code: Substring) -> String? {
    let pattern =
      /\s*(?:@[\w()]+\s+)*(?:(?:public|package|internal|fileprivate|private)\s+)?import\s+(?:(?:struct|class|enum|protocol|func|var|let|typealias)\s+)?(\w+)[\w.]*\s*/
    return code.wholeMatch(of: pattern).map { String($0.1) }
  }

  // MARK: - The arrows

  @Test func theManifestDeclaresTheseTargetsAndArrows() throws {
    let declared = try Self.manifest().filter { $0.target != "TestSupport" }
    #expect(Set(declared.map(\.target)) == Set(Self.allowed.map(\.target)))
    let foundation: Set = ["Foundation", "FoundationNetworking"]
    for (target, dependencies) in declared {
      let allowed = Self.imports(of: target).subtracting(foundation)
      #expect(dependencies.isSubset(of: allowed), "\(target) depends on more than it may")
    }
  }

  @Test func noTargetDependsOnOneThatComesAfterIt() throws {
    let order = Self.allowed.map(\.target)
    for (place, entry) in Self.allowed.enumerated() {
      for name in entry.imports {
        guard let other = order.firstIndex(of: name) else { continue }
        #expect(other < place, "\(entry.target) imports \(name)")
      }
    }
  }

  @Test(arguments: allowed.map(\.target))
  func everyImportIsAnAllowedArrow(target: String) throws {
    let allowed = Self.imports(of: target)
    let declared = try #require(Self.manifest().first { $0.target == target }).dependencies
    for (file, number, code) in try Self.lines(of: target) {
      guard let module = Self.module(code) else { continue }
      let place = "\(target)/\(file):\(number) imports \(module)"
      if let users = Self.systemModules[module] {
        #expect(users.contains(target), "\(place)")
      } else {
        #expect(allowed.contains(module), "\(place)")
        #expect(declared.contains(module) || module.hasPrefix("Foundation"), "\(place)")
      }
    }
  }

  @Test func importLinesAreRead() {
    #expect(Self.module("public import Storage") == "Storage")
    #expect(Self.module("  @preconcurrency import FoundationNetworking") == "FoundationNetworking")
    #expect(Self.module("import struct Job.Plan") == "Job")
    #expect(Self.module("let important = 1") == nil)
    #expect(Self.module("// import Storage") == nil)
  }

  @Test(arguments: ["Ratings", "Recommenders"])
  func theCoreKnowsNoFilesClocksNetworkOrLog(target: String) throws {
    let clocks = /\b(Date|ContinuousClock|SuspendingClock|FileManager|URLSession|print)\b *\(/
    for (file, number, code) in try Self.lines(of: target) {
      #expect(code.firstMatch(of: clocks) == nil, "\(target)/\(file):\(number)")
    }
  }

  @Test(arguments: allowed.map(\.target).filter { !["Kernels", "Storage"].contains($0) })
  func unsafeCodeStaysInItsTwoHomes(target: String) throws {
    for (file, number, code) in try Self.lines(of: target) {
      // A word of a page, such as unsafe-inline, is no expression.
      #expect(code.firstMatch(of: /\bunsafe\b(?!-)/) == nil, "\(target)/\(file):\(number)")
    }
  }

  // MARK: - The page

  @Test func thePageHasTheSameArrows() throws {
    let text = try FileSystem.readText(PathName.joined(Self.root, Self.page))
    let rows = text.matches(of: /(?m)^\| `([\w-]+)` \| [^|]+ \| ([^|]+) \|$/)
    #expect(rows.map { String($0.1) } == Self.allowed.map(\.target))
    for row in rows {
      let named = Set(row.2.matches(of: /`(\w+)`/).map { String($0.1) })
      let expected = Self.imports(of: String(row.1)).subtracting(["FoundationNetworking"])
      #expect(named == expected, "the page's row of \(row.1)")
    }
  }

  @Test func thePictureHasEveryTarget() throws {
    let text = try FileSystem.readText(PathName.joined(Self.root, Self.page))
    let picture = try #require(text.firstMatch(of: /```text\n(?<drawing>[^`]*)```/)).drawing
    for target in Self.allowed.map(\.target) {
      let name = try Regex("(^|[^\\w-])\(target)($|[^\\w-])").anchorsMatchLineEndings()
      #expect(picture.firstMatch(of: name) != nil, "\(target)")
    }
  }
}
