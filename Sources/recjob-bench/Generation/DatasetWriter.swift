import Foundation
import Kernels
import Storage

/// What a dataset is written as.
enum DatasetFormat: String, CaseIterable, Sendable {
  /// A zip with `ml-generated/ratings.csv` and `ml-generated/movies.csv`.
  case zip
  /// A directory with `ratings.csv` and `movies.csv`.
  case csv
}

/// Writes a generated dataset to the disk and describes it.
///
/// The bytes depend on shape, seed and format; those of a zip on the version of zlib, too.
struct DatasetWriter {
  private static let folder = "ml-generated"
  private static let usersAtOnce = 256
  private static let piecesAtOnce = 16

  let shape: DatasetShape
  let seed: UInt32
  let format: DatasetFormat
  let threads: Int
  /// Is told the number of ratings that have been written.
  var onProgress: (Int) -> Void = { _ in }

  /// Writes the dataset and, beside it, its description with `.json` added to its name.
  ///
  /// Memory does not grow with the ratings. What is at `output` is not overwritten; what was begun
  /// is removed after a failure.
  func write(to output: String) throws(StorageError) -> JSONValue {
    let sidecar = output + ".json"
    for path in [output, sidecar] where FileSystem.exists(path) {
      throw .cannotCreate(path: path, reason: "it exists already")
    }
    do {
      let generator = RatingsGenerator(shape: shape, seed: seed)
      let sums =
        switch format {
        case .zip: try writeZip(generator, output)
        case .csv: try writeDirectory(generator, output)
        }
      let description = describe(sums)
      var file = try OutputFile(sidecar)
      try file.write(description.prettyText())
      _ = try file.close(sync: false)
      return description
    } catch {
      try? FileSystem.removeTree(output)
      throw error
    }
  }

  private func writeZip(
    _ generator: RatingsGenerator, _ output: String
  ) throws(StorageError) -> PlantedSums {
    var sums = PlantedSums()
    let zip = try ZipWriter(output)
    try zip.add("\(Self.folder)/ratings.csv") { (write) throws(StorageError) in
      sums = try writeRatings(generator, write)
    }
    try zip.add("\(Self.folder)/movies.csv") { (write) throws(StorageError) in
      try write(MovieLensText.movies(generator))
    }
    try zip.close()
    return sums
  }

  private func writeDirectory(
    _ generator: RatingsGenerator, _ output: String
  ) throws(StorageError) -> PlantedSums {
    try FileSystem.makeDirectory(output)
    var movies = try OutputFile(PathName.joined(output, "movies.csv"))
    try movies.write(MovieLensText.movies(generator))
    _ = try movies.close(sync: false)
    var ratings = try OutputFile(PathName.joined(output, "ratings.csv"))
    let sums = try writeRatings(generator) { (bytes) throws(StorageError) in
      try ratings.write(bytes)
    }
    _ = try ratings.close(sync: false)
    return sums
  }

  /// Makes the users in pieces, several at once, and writes them in order.
  private func writeRatings(
    _ generator: RatingsGenerator, _ write: ([UInt8]) throws(StorageError) -> Void
  ) throws(StorageError) -> PlantedSums {
    var sums = PlantedSums()
    let text = MovieLensText(generator)
    try write(MovieLensText.ratingsHeader)
    let pieces = generator.pieces(ofUsers: Self.usersAtOnce)
    for start in stride(from: 0, to: pieces.count, by: Self.piecesAtOnce) {
      let batch = pieces[start..<min(start + Self.piecesAtOnce, pieces.count)]
      let made = Parallel.map(batch.count, threads: threads) { number in
        let ratings = generator.ratings(ofUsers: batch[batch.startIndex + number])
        return (bytes: text.rows(ratings), sums: ratings.sums)
      }
      for piece in made {
        try write(piece.bytes)
        sums += piece.sums
      }
      onProgress(sums.count)
    }
    return sums
  }

  private func describe(_ sums: PlantedSums) -> JSONValue {
    [
      "measure": "dataset",
      "ratings": .integer(sums.count),
      "users": .integer(shape.users),
      "items": .integer(shape.items),
      "seed": .integer(Int(seed)),
      "format": .string(format.rawValue),
      "mean_rating": .numberOrNull(sums.mean),
      "rating_deviation": .numberOrNull(sums.deviation),
      "planted_bias_rmse": .numberOrNull(sums.biasRMSE),
      "planted_floor_rmse": .numberOrNull(sums.floorRMSE),
    ]
  }
}
