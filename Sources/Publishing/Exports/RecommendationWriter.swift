public import Ratings
public import Recommenders
import Storage

/// The form of one kind of export: it turns lists into bytes and knows no file.
protocol RecommendationWriter {
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
  private static let flushSize = 1 << 16

  /// Writes `recommendations.csv` and `recommendations.jsonl`, each with `.gz` if compressed, into
  /// a directory that exists.
  ///
  /// Lists are written in the order given, which is to be that of the users' indices. The files
  /// are closed but not synced; whoever publishes the directory syncs it as a whole. Memory does
  /// not grow with the number of lists.
  public static func write(
    lists: [RecommendationList], dataset: RatingsDataset, options: ExportOptions,
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
        try write(lists, with: writer, compression: options.compression, to: directory))
    }
    return files
  }

  private static func write(
    _ lists: [RecommendationList], with writer: some RecommendationWriter,
    compression: ExportCompression, to directory: String
  ) throws(PublishingError) -> ExportedFile {
    let name =
      "recommendations.\(writer.fileExtension)\(compression == .gzip ? ".gz" : "")"
    var rows = 0
    var buffer: [UInt8] = []
    writer.appendHeader(to: &buffer)
    do {
      var sink = try ExportSink(PathName.joined(directory, name), compression: compression)
      for list in lists {
        rows += try writer.append(list, to: &buffer)
        guard buffer.count >= flushSize else { continue }
        try sink.write(buffer)
        buffer.removeAll(keepingCapacity: true)
      }
      try sink.write(buffer)
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
}

/// The names that an export prints for users and items.
struct ExportCatalogue {
  private let users: LabelEncoder<UserIndex>
  private let items: LabelEncoder<ItemIndex>
  private let details: [ItemDetails]
  /// Whether the dataset has titles at all.
  let hasTitles: Bool

  init(dataset: RatingsDataset) {
    users = dataset.users
    items = dataset.items
    details = dataset.itemDetails
    hasTitles = details.contains { $0.title != nil }
  }

  func label(of user: UserIndex) -> String { users.label(of: user) }

  func label(of item: ItemIndex) -> String { items.label(of: item) }

  /// The title of an item, or `nil` where the dataset has none for it.
  func title(of item: ItemIndex) -> String? {
    hasTitles ? details[item.position].title : nil
  }

  /// The decimal of a recommendation's score.
  func scoreText(
    _ scored: ScoredItem, for user: UserIndex
  ) throws(PublishingError) -> String {
    guard scored.score.isFinite else {
      throw .scoreNotFinite(user: label(of: user), item: label(of: scored.item))
    }
    return DecimalText.shortest(scored.score)
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
