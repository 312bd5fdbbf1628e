public import Recommenders
import Storage

/// Reads the lists of a published run back from its exports, the one place that does.
public enum PublishedLists {
  /// Hands over the lists of a run in the order of its files, each user's once.
  ///
  /// They come from the CSV files that the run's manifest names, or else from its JSON lines, plain or
  /// compressed, whole or in numbered parts. What is in memory is a piece of a file. A list without
  /// items is handed over only where the format has one.
  ///
  /// - Throws: ``PublishingError/noLists(path:)`` where the run has neither format, or what is wrong
  ///   with its files; the lists that were handed over by then are to be dropped.
  public static func read(
    run: String, _ use: (RawList) -> Void
  ) throws(PublishingError) {
    let entries = try RunDirectory.manifest(ofRun: run).entries
    let csv = entries.filter { format(ofFile: $0.path) == "csv" }
    if !csv.isEmpty {
      return try read(csv, of: run, CSVListReader(), use)
    }
    let lines = entries.filter { format(ofFile: $0.path) == "jsonl" }
    guard !lines.isEmpty else { throw .noLists(path: run) }
    try read(lines, of: run, JSONLinesListReader(), use)
  }

  /// The lists of a run, four bytes a recommendation.
  public static func ranked(run: String) throws(PublishingError) -> RankedLists {
    try RankedLists { (add) throws(PublishingError) in try read(run: run, add) }
  }

  /// The format of an export or of a part of one, by its name: `csv` for `recommendations.csv` and
  /// `recommendations-00001.csv.gz`; `nil` for any other file.
  public static func format(ofFile path: String) -> String? {
    path.wholeMatch(of: /recommendations(-[0-9]+)?\.([a-z]+)(\.gz)?/).map { String($0.2) }
  }

  private static func read(
    _ parts: [Manifest.Entry], of run: String, _ reader: some ListReader,
    _ use: (RawList) -> Void
  ) throws(PublishingError) {
    var reader = reader
    var records = 0
    // A longer number comes after a shorter one.
    for part in parts.sorted(by: {
      $0.path.utf8.count != $1.path.utf8.count
        ? $0.path.utf8.count < $1.path.utf8.count : PathName.byteOrder($0.path, $1.path)
    }) {
      reader.begin()
      do {
        try chunks(of: part.path, in: run) { (chunk) throws(ListProblem) in
          try reader.read(chunk, use)
        }
        try reader.end()
      } catch let problem as ListProblem {
        throw .damaged(path: run, file: part.path, reason: problem.reason)
      } catch let error as StorageError {
        throw .storage(error)
      } catch {
        throw .damaged(path: run, file: part.path, reason: "\(error)")
      }
      guard part.rows == nil || reader.records - records == part.rows else {
        throw .damaged(
          path: run, file: part.path,
          reason: "has \(reader.records - records) records instead of \(part.rows ?? 0)")
      }
      records = reader.records
    }
    reader.finish(use)
  }

  private static func chunks(
    of name: String, in run: String, _ body: ([UInt8]) throws(ListProblem) -> Void
  ) throws {
    var limits = ArchiveLimits()
    // What recjob wrote is no bomb, but lists that are all alike shrink as much as deflate can.
    limits.maxRatio = 2_000
    let member = name.hasSuffix(".gz") ? String(name.dropLast(3)) : name
    try ArchiveReader(path: PathName.joined(run, name), limits: limits).read(members: [member]) {
      (_, chunk) throws(ListProblem) in try body(chunk)
    }
  }
}

/// What reads one format, in chunks of any size.
protocol ListReader {
  /// The records of all files so far, counted as the writer of the format does.
  var records: Int { get }
  /// Begins a file.
  mutating func begin()
  /// Takes the next bytes and hands over the lists that are whole.
  mutating func read(_ chunk: [UInt8], _ use: (RawList) -> Void) throws(ListProblem)
  /// Ends a file.
  mutating func end() throws(ListProblem)
  /// Hands over the list, if any, that may have gone on in one more file.
  mutating func finish(_ use: (RawList) -> Void)
}

/// Something in an export that recjob does not write there.
struct ListProblem: Error, Equatable {
  /// The problem, as the end of a sentence that begins with the file's name.
  let reason: String

  init(record: Int, _ problem: String) {
    reason = "has \(problem) in record \(record)"
  }

  init(_ reason: String) {
    self.reason = reason
  }
}
