import Foundation
import Ratings
import Storage

/// The loops from bytes to records.
enum ReadingLoops {
  static let entries = [
    LoopEntry(name: "parse-csv", make: parsing),
    LoopEntry(name: "zip-to-records", make: reading),
  ]

  /// A tenth of MovieLens 20M, in its shape.
  private static func shape(_ size: LoopSize) -> DatasetShape {
    DatasetShape(ratings: size.pick(full: 2_000_000, tiny: 2_000))
  }

  /// A `ratings.csv` from memory, handed over in pieces as an archive gives them.
  private static func parsing(_ size: LoopSize) -> Loop {
    let shape = shape(size)
    let generator = RatingsGenerator(shape: shape, seed: 1)
    let text = MovieLensText(generator)
    var chunks = [MovieLensText.ratingsHeader]
    for users in generator.pieces(ofUsers: 64) {
      chunks.append(text.rows(generator.ratings(ofUsers: users)))
    }
    let bytes = chunks.reduce(0) { $0 + $1.count }
    return Loop(name: "parse-csv", unit: "ratings", count: shape.ratings, bytes: bytes) {
      [chunks] _ in
      parse(rows: shape.ratings, bytes: bytes) { parse in
        for chunk in chunks { try parse(chunk) }
      }
    }
  }

  /// The same file out of a zip on the disk; a second thread decompresses while this one parses.
  private static func reading(_ size: LoopSize) -> Loop {
    let shape = shape(size)
    do {
      let scratch = try ScratchDirectory()
      let archive = PathName.joined(scratch.path, "generated.zip")
      _ = try DatasetWriter(
        shape: shape, seed: 1, format: .zip,
        threads: ProcessInfo.processInfo.activeProcessorCount
      ).write(to: archive)
      let reader = ArchiveReader(path: archive)
      guard let ratings = try reader.members().first(where: { $0.name.hasSuffix("/ratings.csv") })
      else { preconditionFailure("the archive has no ratings") }
      let bytes = ratings.size ?? 0
      return Loop(
        name: "zip-to-records", unit: "ratings", count: shape.ratings, bytes: bytes, ownThreads: 2
      ) { [scratch] _ in
        withExtendedLifetime(scratch) {
          parse(rows: shape.ratings, bytes: bytes) { parse in
            try reader.read(members: [ratings.name]) { _, chunk in try parse(chunk) }
          }
        }
      }
    } catch {
      preconditionFailure("a dataset could not be prepared: \(error)")
    }
  }

  /// Parses what `read` hands over, and checks the number of rows.
  private static func parse(
    rows: Int, bytes: Int, _ read: (_ parse: ([UInt8]) throws -> Void) throws -> Void
  ) {
    var parser = RatingsParser(
      file: "ratings.csv", format: .movielensCSV, options: ParsingOptions(), expectedBytes: bytes)
    do {
      try read { try parser.parse($0) }
      let parsed = try parser.finish().count
      precondition(parsed == rows, "rows were lost")
    } catch {
      preconditionFailure("the rows could not be read: \(error)")
    }
  }
}

/// A directory that is removed with its owner.
private final class ScratchDirectory: Sendable {
  let path: String

  init() throws(StorageError) {
    path = PathName.joined(
      FileManager.default.temporaryDirectory.path, "recjob-bench-\(UUID().uuidString)")
    try FileSystem.makeDirectory(path)
  }

  deinit { try? FileSystem.removeTree(path) }
}
