import Kernels
public import Ratings
public import Recommenders
public import Storage
import Synchronization

/// A file of recommendations that was written.
public struct ExportedFile: Equatable, Sendable {
  /// The file's name in its directory.
  public let name: String
  /// The number of its records, recommendations for CSV and users for the others, and the version of what
  /// they hold.
  public let rows: Manifest.Rows
}

/// Writes recommendations in the formats that a job asks for.
public enum RecommendationExport {
  /// Writes `recommendations.csv`, `recommendations.jsonl` and `recommendations.resp`, as far as they
  /// are asked for, each with `.gz` if compressed and with a number if in parts, into a directory that
  /// exists.
  ///
  /// Lists are written in the order given, which is to be that of the users' indices. The files
  /// are closed but not synced; whoever publishes the directory syncs it as a whole. ``ExportPieces``
  /// says what memory it takes, and `threads` has no influence on the bytes.
  public static func write(
    lists: [RecommendationList], dataset: RatingsDataset, options: ExportOptions, threads: Int,
    to directory: String
  ) throws(PublishingError) -> [ExportedFile] {
    let catalogue = ExportCatalogue(dataset: dataset)
    var files: [ExportedFile] = []
    for format in options.formats {
      let writer: any RecommendationWriter =
        switch format {
        case .csv:
          CSVRecommendationWriter(catalogue: catalogue, formulaPolicy: options.formulaPolicy)
        case .jsonl: JSONLinesRecommendationWriter(catalogue: catalogue)
        case .resp:
          RESPRecommendationWriter(
            catalogue: catalogue, lists: lists, prefix: options.redisPrefix ?? "recjob")
        }
      files += try write(lists, with: writer, options: options, threads: threads, to: directory)
    }
    return files
  }

  /// Writes the files of a format.
  private static func write(
    _ lists: [RecommendationList], with writer: some RecommendationWriter,
    options: ExportOptions, threads: Int, to directory: String
  ) throws(PublishingError) -> [ExportedFile] {
    let parts = ExportParts(lists, most: options.maxRowsPerFile, rows: writer.rows)
    var files: [ExportedFile] = []
    for (part, range) in parts.ranges.enumerated() {
      let name =
        "\(parts.name(of: part)).\(writer.format.rawValue)"
        + (options.compression == .gzip ? ".gz" : "")
      try write(
        lists[range], with: writer, isLast: part == parts.ranges.count - 1, threads: threads,
        to: PathName.joined(directory, name), compression: options.compression)
      let count = lists[range].reduce(0) { $0 + writer.rows(of: $1) }
      files.append(
        ExportedFile(
          name: name,
          rows: Manifest.Rows(count: count, schemaVersion: writer.format.schemaVersion)))
    }
    return files
  }

  /// Writes one file.
  private static func write(
    _ lists: ArraySlice<RecommendationList>, with writer: some RecommendationWriter, isLast: Bool,
    threads: Int, to path: String, compression: ExportCompression
  ) throws(PublishingError) {
    let sink = Mutex<ExportSink?>(
      try wrappingStorageErrors { () throws(StorageError) in
        try ExportSink(path, compression: compression)
      })
    let cut = ExportPieces(
      longestList: lists.reduce(0) { max($0, $1.items.count) }, threads: threads)
    let pieces = stride(from: lists.startIndex, to: lists.endIndex, by: cut.lists).map {
      $0..<min($0 + cut.lists, lists.endIndex)
    }
    var header: [UInt8] = []
    writer.appendHeader(to: &header)
    var waiting: [Result<[UInt8], PublishingError>] = [.success(header)]
    for first in stride(from: 0, to: pieces.count + cut.atATime, by: cut.atATime) {
      // One thread writes what was made the time before while the others make what comes next.
      let count = max(0, min(cut.atATime, pieces.count - first))
      let results = Parallel.map(count + 1, threads: threads) { [waiting] number in
        number == 0
          ? write(waiting, to: sink)
          : text(of: lists[pieces[first + number - 1]], with: writer, room: cut.bytes)
      }
      _ = try results[0].get()
      waiting = Array(results.dropFirst())
    }
    var footer: [UInt8] = []
    if isLast { writer.appendFooter(to: &footer) }
    _ = try write([.success(footer)], to: sink).get()
    try wrappingStorageErrors { () throws(StorageError) in
      try sink.withLock { $0.take() }?.close()
    }
  }

  /// The bytes of some lists, which mostly fit in the room.
  private static func text(
    of lists: ArraySlice<RecommendationList>, with writer: some RecommendationWriter, room: Int
  ) -> Result<[UInt8], PublishingError> {
    Result { () throws(PublishingError) in
      var bytes: [UInt8] = []
      bytes.reserveCapacity(room)
      for list in lists { try writer.append(list, to: &bytes) }
      return bytes
    }
  }

  /// Writes texts in their order up to the first that failed, and returns nothing more to write.
  private static func write(
    _ texts: [Result<[UInt8], PublishingError>], to sink: borrowing Mutex<ExportSink?>
  ) -> Result<[UInt8], PublishingError> {
    Result { () throws(PublishingError) in
      for text in texts {
        let bytes = try text.get()
        try wrappingStorageErrors { () throws(StorageError) in
          try sink.withLock { (sink) throws(StorageError) in try sink?.write(bytes) }
        }
      }
      return []
    }
  }
}
