import Kernels
public import Ratings
public import Recommenders
import Storage

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
  /// The lists that a thread turns into bytes at a time, half a megabyte or so.
  private static let listsPerPiece = 512
  /// The pieces that wait to be written at most, for each thread.
  private static let piecesPerThread = 4

  /// Writes `recommendations.csv` and `recommendations.jsonl`, each with `.gz` if compressed, into
  /// a directory that exists.
  ///
  /// Lists are written in the order given, which is to be that of the users' indices. The files
  /// are closed but not synced; whoever publishes the directory syncs it as a whole. Memory does
  /// not grow with the number of lists, and `threads` has no influence on the bytes.
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
    let pieces = stride(from: 0, to: lists.count, by: listsPerPiece).map {
      $0..<min($0 + listsPerPiece, lists.count)
    }
    var rows = 0
    do {
      var sink = try ExportSink(PathName.joined(directory, name), compression: compression)
      var header: [UInt8] = []
      writer.appendHeader(to: &header)
      try sink.write(header)
      let stride = piecesPerThread * max(threads, 1)
      for first in Swift.stride(from: 0, to: pieces.count, by: stride) {
        let texts = Parallel.map(min(stride, pieces.count - first), threads: threads) {
          text(of: lists[pieces[first + $0]], with: writer)
        }
        for text in texts {
          let piece = try text.get()
          rows += piece.rows
          try sink.write(piece.bytes)
        }
      }
      try sink.close()
    } catch let error as PublishingError {
      throw error
    } catch let error as StorageError {
      throw .storage(error)
    } catch {
      preconditionFailure("an export failed with an error that it does not declare")
    }
    return ExportedFile(name: name, rows: rows)
  }

  /// The bytes of some lists and the number of their records.
  private static func text(
    of lists: ArraySlice<RecommendationList>, with writer: some RecommendationWriter
  ) -> Result<(bytes: [UInt8], rows: Int), PublishingError> {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(1 << 20)
    var rows = 0
    do throws(PublishingError) {
      for list in lists { rows += try writer.append(list, to: &bytes) }
    } catch {
      return .failure(error)
    }
    return .success((bytes, rows))
  }
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
