import Acquisition
import Foundation
import Ratings
public import Storage

/// A job file for somebody's data, written after a look at it.
public struct StartingJob: Sendable {
  /// The job file.
  public let path: String
  /// Its content.
  public let text: String
  /// What was found and what to do next, for people.
  public let report: String

  /// Looks at a file or URL and makes a job file for it, which is not written yet.
  ///
  /// - Parameters:
  ///   - source: A path, relative to the working directory, or a URL.
  ///   - items: The same of a file with the items' titles, where they are not in the source.
  ///   - output: The job file; `nil` names it after the source, in the working directory.
  ///   - overwrites: Whether a file that is there may be replaced.
  ///   - named: The columns that need not be found.
  ///   - environment: In whose `PATH` the program is looked for; `nil` is that of the process.
  ///   - progress: What shows how far a download and the reading are.
  /// - Throws: ``StartingError``, or what fetching and reading throw.
  public init(
    source: String, items: String? = nil, output: String?, overwrites: Bool,
    named: NamedColumns = NamedColumns(),
    environment: [String: String]? = nil,
    progress: RunProgress = RunProgress()
  ) async throws {
    defer { progress.clear() }
    let name = Self.name(of: output ?? source)
    path = output ?? "\(name).json"
    if FileSystem.exists(path), !overwrites { throw StartingError.fileExists(path: path) }
    let directory = PathName.parent(of: path)
    guard FileSystem.isDirectory(directory) else {
      throw StartingError.noDirectory(path: directory)
    }
    for path in [source, items].compactMap(\.self)
    where !path.contains("://") && !path.hasPrefix("file:") && !FileSystem.exists(path) {
      throw StartingError.noSource(path: path)
    }
    let dataset = try await Self.fetch(source, progress)
    let data = try StartingData(dataset, source: source, named: named)
    var listing: (file: FetchedDataset, found: StartingItems)?
    if let items {
      let file = try await Self.fetch(items, progress)
      let place = Self.place(items, from: directory)
      listing = (
        file, try StartingItems(file, source: items, place: place, rated: data.ratedItems)
      )
    }
    var document = StartingDocument(
      name: name, source: Self.place(source, from: directory), shownSource: dataset.shownOrigin,
      sha256: dataset.sha256, data: data, items: listing?.found)
    // Every row is read, so that what the job file says of the data is so.
    var options = try Plan(Self.jobFile(document, path)).dataset
    let files = FetchedFiles(dataset: dataset, items: listing?.file)
    var (read, failure): (RatingsDataset?, RatingsError?)
    do {
      read = try DatasetReading.read(files, options: options, progress: progress)
    } catch let error as RatingsError {
      failure = error
      // The rows that can be read tell the scale, and how many cannot.
      options.parsing.maxBadRows = 1_000_000_000
      read = try? DatasetReading.read(files, options: options, progress: progress)
    }
    if let read { document.know(read) }
    let finished = try Self.jobFile(document, path)
    _ = try Plan(finished)
    text = document.json.prettyText()
    report =
      StartingReport(
        command: StartingCommand(source: source, items: items, output: output, named: named),
        source: dataset.shownOrigin, job: path, name: name, data: data, items: listing?.found,
        read: read, failure: failure,
        program: ShellText.program(
          searchPath: (environment ?? ProcessInfo.processInfo.environment)["PATH"])
      ).text
  }

  /// Writes the job file. All may read it: the job's user need not be who wrote it, and it never has
  /// a secret.
  public func write() throws(StorageError) {
    try DurableFile.write(text, to: path, isForAll: true)
  }

  private static func fetch(
    _ source: String, _ progress: RunProgress
  ) async throws(AcquisitionError) -> FetchedDataset {
    try await Fetcher().fetch(
      DatasetSource(sources: [.init(url: source)]), relativeTo: "",
      progress: { progress.fetched($0) })
  }

  /// What a job file in a directory has for a source.
  private static func place(_ source: String, from directory: String) -> String {
    source.contains("://") && !source.hasPrefix("file:") ? source : path(source, from: directory)
  }

  private static func jobFile(_ document: StartingDocument, _ path: String) throws -> JobFile {
    try JobFile(
      bytes: Array(document.json.prettyText().utf8), path: path,
      baseDirectory: PathName.parent(of: path))
  }

  /// A job's name from that of the source: small letters, digits, dashes.
  static func name(of source: String) -> String {
    let end = source.firstIndex { $0 == "?" || $0 == "#" } ?? source.endIndex
    var stem = PathName.lastComponent(of: String(source[..<end])).lowercased()
    while let dot = stem.lastIndex(of: "."), dot > stem.startIndex {
      let ending = String(stem[stem.index(after: dot)...])
      guard Self.endings.contains(ending) else { break }
      stem = String(stem[..<dot])
    }
    var name = ""
    for character in stem {
      let isPlain = character.isASCII && (character.isLetter || character.isNumber)
      if isPlain || "._-".contains(character) && !name.isEmpty {
        name.append(character)
      } else if !name.isEmpty, name.last != "-" {
        name.append("-")
      }
    }
    while let last = name.last, "._-".contains(last) { name.removeLast() }
    return name.isEmpty ? "job" : String(name.prefix(64))
  }

  private static let endings: Set<String> = [
    "csv", "tsv", "txt", "dat", "data", "json", "jsonl", "ndjson", "zip", "tar", "tgz", "gz", "bz2",
    "xz", "zst",
  ]

  /// A path as it is written in a file of another directory.
  static func path(_ path: String, from directory: String) -> String {
    if path.hasPrefix("/") || path.hasPrefix("file:") || directory == "." { return path }
    let here = FileManager.default.currentDirectoryPath
    func parts(_ path: String) -> [Substring] {
      URL(filePath: PathName.joined(here, path)).standardized.path
        .split(separator: "/", omittingEmptySubsequences: true)
    }
    let (target, start) = (parts(path), parts(directory))
    let shared = zip(target, start).prefix { $0 == $1 }.count
    let steps = [Substring](repeating: "..", count: start.count - shared) + target.dropFirst(shared)
    return steps.joined(separator: "/")
  }
}
