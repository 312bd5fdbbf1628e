import Kernels
public import Ratings
public import Recommenders
import Storage
import Synchronization

/// The form of one kind of export: it turns lists into bytes and knows no file.
protocol RecommendationWriter: Sendable {
  /// The ending of the file's name, without a compression's.
  var fileExtension: String { get }
  /// Adds what stands before the first list.
  func appendHeader(to bytes: inout [UInt8])
  /// Adds one user's list and returns the number of records that it made.
  func append(_ list: RecommendationList, to bytes: inout [UInt8]) throws(PublishingError) -> Int
}

/// A file of recommendations that was written.
public struct ExportedFile: Equatable, Sendable {
  /// The file's name in its directory.
  public let name: String
  /// The number of records: recommendations for CSV, users for JSON lines.
  public let rows: Int
}

/// Writes recommendations in the formats that a job asks for.
public enum RecommendationExport {
  /// Writes `recommendations.csv` and `recommendations.jsonl`, each with `.gz` if compressed, into
  /// a directory that exists.
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
        }
      files.append(
        try write(
          lists, with: writer, compression: options.compression, threads: threads, to: directory))
    }
    return files
  }

  private static func write(
    _ lists: [RecommendationList], with writer: some RecommendationWriter,
    compression: ExportCompression, threads: Int, to directory: String
  ) throws(PublishingError) -> ExportedFile {
    let name =
      "recommendations.\(writer.fileExtension)\(compression == .gzip ? ".gz" : "")"
    let cut = ExportPieces(
      longestList: lists.reduce(0) { max($0, $1.items.count) }, threads: threads)
    let pieces = stride(from: 0, to: lists.count, by: cut.lists).map {
      $0..<min($0 + cut.lists, lists.count)
    }
    let sink = Mutex<ExportSink?>(
      try wrappingStorageErrors { () throws(StorageError) in
        try ExportSink(PathName.joined(directory, name), compression: compression)
      })
    var header: [UInt8] = []
    writer.appendHeader(to: &header)
    var rows = 0
    var waiting: [Result<ExportedText, PublishingError>] = [.success(ExportedText(bytes: header))]
    for first in stride(from: 0, to: pieces.count + cut.atATime, by: cut.atATime) {
      // One thread writes what was made the time before while the others make what comes next.
      let count = max(0, min(cut.atATime, pieces.count - first))
      let results = Parallel.map(count + 1, threads: threads) { [waiting] number in
        number == 0
          ? write(waiting, to: sink)
          : text(of: lists[pieces[first + number - 1]], with: writer, room: cut.bytes)
      }
      rows += try results[0].get().rows
      waiting = Array(results.dropFirst())
    }
    try wrappingStorageErrors { () throws(StorageError) in
      try sink.withLock { $0.take() }?.close()
    }
    return ExportedFile(name: name, rows: rows)
  }

  /// The bytes of some lists, which mostly fit in the room.
  private static func text(
    of lists: ArraySlice<RecommendationList>, with writer: some RecommendationWriter, room: Int
  ) -> Result<ExportedText, PublishingError> {
    Result { () throws(PublishingError) in
      var text = ExportedText()
      text.bytes.reserveCapacity(room)
      for list in lists { text.rows += try writer.append(list, to: &text.bytes) }
      return text
    }
  }

  /// Writes texts in their order up to the first that failed; returns the number of their records.
  private static func write(
    _ texts: [Result<ExportedText, PublishingError>], to sink: borrowing Mutex<ExportSink?>
  ) -> Result<ExportedText, PublishingError> {
    Result { () throws(PublishingError) in
      var rows = 0
      for text in texts {
        let text = try text.get()
        rows += text.rows
        try wrappingStorageErrors { () throws(StorageError) in
          try sink.withLock { (sink) throws(StorageError) in try sink?.write(text.bytes) }
        }
      }
      return ExportedText(rows: rows)
    }
  }
}

/// Lists as bytes, and the number of records in them.
private struct ExportedText {
  var bytes: [UInt8] = []
  var rows = 0
}

/// A new file that compresses what it is given if asked to.
private struct ExportSink: ~Copyable {
  private var file: OutputFile
  private var compressor: GzipCompressor?

  init(_ path: String, compression: ExportCompression) throws(StorageError) {
    file = try OutputFile(path)
    switch compression {
    case .none: compressor = nil
    case .gzip: compressor = GzipCompressor()
    }
  }

  mutating func write(_ bytes: [UInt8]) throws(StorageError) {
    if let compressed = compressor?.compress(bytes) {
      try file.write(compressed)
    } else {
      try file.write(bytes)
    }
  }

  consuming func close() throws(StorageError) {
    var file = file
    if let compressor {
      try file.write(compressor.finish())
    }
    _ = try file.close(sync: false)
  }
}
