/// What an xz file says of itself before it is decompressed.
///
/// Each block names the size of its dictionary, which liblzma takes from memory as it fills: up to
/// 1 GiB as libarchive allows it, and for each block anew. So all blocks are looked at first; the
/// index at the end of each stream tells where they are. Their data is checked by liblzma alone.
enum XzStreams {
  /// The largest dictionary that is decompressed, four times that of `xz -9`.
  static let mostDictionaryBytes = 256 << 20
  /// An index of a million blocks; `xz` makes blocks of some MiB.
  private static let mostIndexBytes = 16 << 20

  private static let footerLength = 12
  private static let headerLength = 12
  private static let headerMagic: [UInt8] = [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0]
  private static let footerMagic = Array("YZ".utf8)

  /// Checks the sizes of all dictionaries, and what the file declares to unfold to.
  static func check(_ path: String, meter: DecompressionMeter) throws(StorageError) {
    let file = try OpenFile(path, .read)
    var end = try FileSystem.fileSize(path)
    var size = 0
    while end > 0 {
      // Streams may be followed by zeros, always four.
      if try file.read(max(0, end - 4)..<end).elementsEqual([0, 0, 0, 0]) {
        end -= 4
        continue
      }
      let stream = try stream(file, endingAt: end)
      for block in stream.blocks {
        size = size.addingReportingOverflow(block.size).partialValue
        try check(file, blockAt: block.offset)
      }
      guard size >= 0 else { throw contradiction(file) }
      try meter.check(declared: size)
      end = stream.start
    }
  }

  /// The blocks of the stream that ends at a place, by its index.
  private static func stream(
    _ file: borrowing OpenFile, endingAt end: Int
  ) throws(StorageError) -> (start: Int, blocks: [(offset: Int, size: Int)]) {
    guard end >= headerLength + footerLength else { throw contradiction(file) }
    let indexEnd = end - footerLength
    // A checksum comes first.
    var footer = LittleEndianFields(try file.read(indexEnd..<end).dropFirst(4))
    guard let backwardSize = footer.number(bytes: 4), footer.skip(2), footer.skip(footerMagic)
    else { throw contradiction(file) }
    let indexLength = (backwardSize + 1) * 4
    guard indexLength <= indexEnd - headerLength else { throw contradiction(file) }
    guard indexLength <= mostIndexBytes else {
      throw .refusedArchive(
        path: file.path, reason: "its index has more than \(mostIndexBytes) bytes")
    }
    var index = LittleEndianFields(try file.read((indexEnd - indexLength)..<indexEnd)[...])
    guard index.skip([0]), let count = index.variableNumber(), count <= indexLength / 2 else {
      throw contradiction(file)
    }
    // From the end of the blocks backwards, their lengths are not known; so they are added up first.
    var blocks: [(offset: Int, size: Int)] = []
    blocks.reserveCapacity(count)
    var length = 0
    for _ in 0..<count {
      guard let unpadded = index.variableNumber(), let size = index.variableNumber(),
        unpadded <= indexEnd
      else { throw contradiction(file) }
      blocks.append((length, size))
      length += (unpadded + 3) / 4 * 4
      guard length <= indexEnd else { throw contradiction(file) }
    }
    let firstBlock = indexEnd - indexLength - length
    guard firstBlock >= headerLength,
      try file.read((firstBlock - headerLength)..<firstBlock).starts(with: headerMagic)
    else { throw contradiction(file) }
    return (firstBlock - headerLength, blocks.map { ($0.offset + firstBlock, $0.size) })
  }

  /// Checks the dictionaries that the header of a block asks for.
  private static func check(
    _ file: borrowing OpenFile, blockAt offset: Int
  ) throws(StorageError) {
    // The longest header there can be.
    let bytes = try file.read(offset..<(offset + 1024))
    guard let first = bytes.first, first > 0 else { throw contradiction(file) }
    var header = LittleEndianFields(bytes.prefix((Int(first) + 1) * 4).dropFirst())
    guard let flags = header.number(bytes: 1) else { throw contradiction(file) }
    // Either size may be there before the filters.
    for flag in [0x40, 0x80] where flags & flag != 0 {
      guard header.variableNumber() != nil else { throw contradiction(file) }
    }
    for _ in 0...(flags & 3) {
      guard let filter = header.variableNumber(), let length = header.variableNumber(),
        let properties = header.bytes(length)
      else { throw contradiction(file) }
      // LZMA2 is the one filter with a dictionary.
      guard filter == 0x21 else { continue }
      guard let code = properties.first.map(Int.init), code <= 40 else {
        throw contradiction(file)
      }
      let size = code == 40 ? Int(UInt32.max) : (2 | code & 1) << (code / 2 + 11)
      guard size <= mostDictionaryBytes else {
        throw .refusedArchive(
          path: file.path,
          reason: """
            it needs a dictionary of \(size >> 20) MiB, and at most \(mostDictionaryBytes >> 20) \
            are allowed; compress it with xz -9 or less
            """)
      }
    }
  }

  private static func contradiction(_ file: borrowing OpenFile) -> StorageError {
    .damagedArchive(path: file.path, reason: "the index of its blocks contradicts itself")
  }
}

extension LittleEndianFields {
  /// The next number in bytes of seven bits, as xz writes them.
  fileprivate mutating func variableNumber() -> Int? {
    var number = 0
    for place in 0..<9 {
      guard let byte = self.number(bytes: 1) else { return nil }
      number |= (byte & 0x7f) << (place * 7)
      if byte & 0x80 == 0 { return number }
    }
    return nil
  }
}
