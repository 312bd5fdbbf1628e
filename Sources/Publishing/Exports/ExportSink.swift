import Storage

/// A new file that compresses what it is given if asked to.
struct ExportSink: ~Copyable {
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
