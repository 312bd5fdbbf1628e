import CStorage

/// What a zip file says of a member's bytes, checked while they come.
struct ZipCheck {
  let path: String
  let name: String
  let size: Int
  let crc: Int
  let meter: DecompressionMeter
  private var count = 0
  private var actualCRC: UInt = 0

  init(path: String, name: String, size: Int, crc: Int, meter: DecompressionMeter) {
    self.path = path
    self.name = name
    self.size = size
    self.crc = crc
    self.meter = meter
  }

  /// Counts the next bytes.
  mutating func add(_ bytes: UnsafeRawBufferPointer) throws(StorageError) {
    try meter.add(bytes.count)
    count += bytes.count
    guard count <= size else {
      throw damage("has more bytes than the \(size) it declares")
    }
    // Safety: zlib reads `count` bytes of the buffer, within the call.
    unsafe actualCRC = crc32_z(
      actualCRC, bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), bytes.count)
  }

  /// Checks that the bytes were all.
  func finish() throws(StorageError) {
    guard count == size else {
      throw damage("has \(count) bytes and not the \(size) it declares")
    }
    guard Int(actualCRC) == crc else { throw damage("does not match its checksum") }
  }

  func damage(_ what: String) -> StorageError {
    .damagedArchive(path: path, reason: "the member \"\(name)\" \(what)")
  }
}

/// The bytes of a part of a file.
final class FilePiece: ByteSource {
  private let file: OpenFile
  private var rest: Range<Int>
  private let buffer = OwnedBuffer(count: 1 << 17)

  init(_ file: consuming OpenFile, _ range: Range<Int>) {
    self.file = file
    rest = range
  }

  func next() throws(StorageError) -> UnsafeRawBufferPointer {
    let wanted = min(rest.count, unsafe buffer.bytes.count)
    if wanted == 0 { return unsafe UnsafeRawBufferPointer(start: nil, count: 0) }
    let offset = rest.lowerBound
    let count = try retryingInterrupts(path: file.path, operation: .read) {
      // Safety: the kernel writes at most `wanted` bytes, which the buffer has.
      unsafe pread(file.descriptor, buffer.bytes.baseAddress, wanted, offset)
    }
    guard count > 0 else {
      throw .damagedArchive(path: file.path, reason: "it was cut short while it was read")
    }
    rest = (offset + count)..<rest.upperBound
    return unsafe UnsafeRawBufferPointer(rebasing: buffer.bytes.prefix(count))
  }
}

/// A member of a zip file that is there as it is.
final class ZipStoredSource: ByteSource {
  private let piece: FilePiece
  private var check: ZipCheck

  init(_ piece: FilePiece, checkedBy check: ZipCheck) {
    self.piece = piece
    self.check = check
  }

  func next() throws(StorageError) -> UnsafeRawBufferPointer {
    let bytes = try unsafe piece.next()
    if unsafe bytes.isEmpty { try check.finish() } else { try unsafe check.add(bytes) }
    return unsafe bytes
  }
}

/// A member of a zip file that is deflated.
final class ZipDeflatedSource: ByteSource {
  private let piece: FilePiece
  private var check: ZipCheck
  private var stream: DeflatedStream
  private let buffer = OwnedBuffer(count: 1 << 17)
  private var hasEnded = false

  init(_ path: String, _ piece: FilePiece, checkedBy check: ZipCheck) {
    self.piece = piece
    self.check = check
    stream = DeflatedStream(path: path, .none)
  }

  func next() throws(StorageError) -> UnsafeRawBufferPointer {
    while !hasEnded {
      if stream.unusedCount == 0, !stream.hasPendingOutput {
        let input = try unsafe piece.next()
        guard unsafe !input.isEmpty else {
          throw check.damage("ends before its compressed data does")
        }
        unsafe stream.supply(input)
      }
      let produced: Int
      (produced, hasEnded) = try unsafe stream.inflate(into: buffer.bytes)
      if produced > 0 {
        let bytes = unsafe UnsafeRawBufferPointer(rebasing: buffer.bytes.prefix(produced))
        try unsafe check.add(bytes)
        return unsafe bytes
      }
    }
    guard stream.unusedCount == 0, try unsafe piece.next().isEmpty else {
      throw check.damage("has other bytes after its compressed data")
    }
    try check.finish()
    return unsafe UnsafeRawBufferPointer(start: nil, count: 0)
  }
}
