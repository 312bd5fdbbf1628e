import CStorage

/// Bytes that are pulled piece by piece, from the start to the verified end.
protocol ByteSource: AnyObject {
  /// The next bytes, which stay in place until the next call; none at the end.
  func next() throws(StorageError) -> UnsafeRawBufferPointer
}

/// The bytes of a file as they are.
final class FileSource: ByteSource {
  private let file: OpenFile
  private let buffer = OwnedBuffer(count: 1 << 16)

  init(_ path: String) throws(StorageError) {
    file = try OpenFile(path, .read)
  }

  func next() throws(StorageError) -> UnsafeRawBufferPointer {
    let count = try unsafe file.read(into: buffer.bytes)
    return unsafe UnsafeRawBufferPointer(rebasing: buffer.bytes.prefix(count))
  }
}

/// The decompressed bytes of a gzip file.
final class GzipSource: ByteSource {
  private let path: String
  private let file: FileSource
  private let buffer = OwnedBuffer(count: 1 << 17)
  private var inflater: Inflater
  private let meter: DecompressionMeter

  init(_ path: String, meter: DecompressionMeter) throws(StorageError) {
    self.path = path
    file = try FileSource(path)
    inflater = Inflater(path: path)
    self.meter = meter
  }

  func next() throws(StorageError) -> UnsafeRawBufferPointer {
    while true {
      switch try unsafe inflater.step(into: buffer.bytes) {
      case .produced(0): continue
      case .produced(let count):
        try meter.add(count)
        return unsafe UnsafeRawBufferPointer(rebasing: buffer.bytes.prefix(count))
      case .needsInput:
        let input = try unsafe file.next()
        if unsafe input.isEmpty {
          guard inflater.isComplete else {
            throw .damagedArchive(path: path, reason: "it ends too early")
          }
          return unsafe UnsafeRawBufferPointer(start: nil, count: 0)
        }
        unsafe inflater.supply(input)
      }
    }
  }
}

/// The decompressed bytes of a bzip2, xz or zstd file, by libarchive.
final class FilterSource: ByteSource {
  private let handle: ReadHandle
  private let buffer = OwnedBuffer(count: 1 << 17)
  private let meter: DecompressionMeter

  init(
    _ path: String, _ compression: Compression, meter: DecompressionMeter
  ) throws(StorageError) {
    handle = try ReadHandle.filter(path, compression)
    self.meter = meter
  }

  func next() throws(StorageError) -> UnsafeRawBufferPointer {
    let count = try unsafe handle.readData(into: buffer.bytes)
    if count == 0 { try handle.checkWholeFileWasRead() }
    try meter.add(count)
    return unsafe UnsafeRawBufferPointer(rebasing: buffer.bytes.prefix(count))
  }
}

/// A source whose first piece can be looked at before it is read.
@safe final class PeekableSource: ByteSource {
  private let source: any ByteSource
  private var first: UnsafeRawBufferPointer?

  init(_ source: any ByteSource) {
    self.source = source
  }

  /// The first piece, which `next` will return.
  func peek() throws(StorageError) -> UnsafeRawBufferPointer {
    if let first = unsafe first { return unsafe first }
    let piece = try unsafe source.next()
    unsafe first = piece
    return unsafe piece
  }

  func next() throws(StorageError) -> UnsafeRawBufferPointer {
    // Safety: the piece stays in place until the source is asked again, which only happens below.
    if let first = unsafe first {
      unsafe self.first = nil
      return unsafe first
    }
    return try unsafe source.next()
  }
}
