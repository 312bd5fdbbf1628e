/// What a zip file says of a member, at its end or before the member's bytes.
struct ZipHeader {
  static let localSignature: [UInt8] = [0x50, 0x4b, 3, 4]
  static let centralSignature: [UInt8] = [0x50, 0x4b, 1, 2]
  /// The length of a local header before its name.
  static let localLength = 30

  var flags = 0
  var method = 0
  var crc = 0
  var compressedSize = 0
  var size = 0
  var name: ArraySlice<UInt8> = []
  /// Where the local header is, and what the file was where it came from; the directory tells both.
  var offset = 0
  var mode = 0
  var system = 0

  var isEncrypted: Bool { flags & 1 != 0 }
  /// Whether the local header leaves checksum and sizes to what follows the bytes.
  var hasSizesBehind: Bool { flags & 8 != 0 }

  /// The length of a local header with its name and extra fields, by its first bytes.
  static func lengthOfLocal(_ bytes: [UInt8]) -> Int? {
    var fields = LittleEndianFields(bytes[...])
    guard fields.skip(localSignature), fields.skip(localLength - localSignature.count - 4),
      let nameLength = fields.number(bytes: 2), let extraLength = fields.number(bytes: 2)
    else { return nil }
    return localLength + nameLength + extraLength
  }

  /// Reads a local header, whose bytes end with the extra fields.
  init?(local bytes: [UInt8]) {
    var fields = LittleEndianFields(bytes[...])
    guard fields.skip(Self.localSignature), fields.skip(2),
      let lengths = readShared(&fields), let name = fields.bytes(lengths.name),
      let extra = fields.bytes(lengths.extra)
    else { return nil }
    self.name = name
    guard widen(by: extra, [\.size, \.compressedSize]) else { return nil }
  }

  /// Reads the next entry of the directory.
  init?(central fields: inout LittleEndianFields) {
    guard fields.skip(Self.centralSignature), fields.skip(1),
      let system = fields.number(bytes: 1), fields.skip(2),
      let lengths = readShared(&fields), let commentLength = fields.number(bytes: 2),
      // The number of the disk and attributes of MS-DOS come before those of the system.
      fields.skip(4), let attributes = fields.number(bytes: 4),
      let offset = fields.number(bytes: 4), let name = fields.bytes(lengths.name),
      let extra = fields.bytes(lengths.extra), fields.skip(commentLength)
    else { return nil }
    self.name = name
    self.offset = offset
    self.mode = attributes >> 16
    self.system = system
    guard widen(by: extra, [\.size, \.compressedSize, \.offset]) else { return nil }
  }

  /// Reads the fields that both headers have, from the flags on, and returns the lengths that follow.
  private mutating func readShared(
    _ fields: inout LittleEndianFields
  ) -> (name: Int, extra: Int)? {
    guard let flags = fields.number(bytes: 2), let method = fields.number(bytes: 2),
      fields.skip(4), let crc = fields.number(bytes: 4),
      let compressedSize = fields.number(bytes: 4), let size = fields.number(bytes: 4),
      let nameLength = fields.number(bytes: 2), let extraLength = fields.number(bytes: 2)
    else { return nil }
    self.flags = flags
    self.method = method
    self.crc = crc
    self.compressedSize = compressedSize
    self.size = size
    return (nameLength, extraLength)
  }

  /// Takes the numbers that have no room in 32 bits from the extra field of zip64.
  private mutating func widen(
    by extra: ArraySlice<UInt8>, _ numbers: [WritableKeyPath<ZipHeader, Int>]
  ) -> Bool {
    let wide = numbers.filter { self[keyPath: $0] == 0xffff_ffff }
    if wide.isEmpty { return true }
    var fields = LittleEndianFields(extra)
    while let tag = fields.number(bytes: 2), let length = fields.number(bytes: 2),
      let content = fields.bytes(length)
    {
      guard tag == 1 else { continue }
      var content = LittleEndianFields(content)
      for number in wide {
        guard let value = content.number(bytes: 8) else { return false }
        self[keyPath: number] = value
      }
      return true
    }
    // Without the field, the number is what it looks like.
    return true
  }
}

/// The record at the end of a zip file, which says where the directory is.
struct ZipEnd {
  private static let signature: [UInt8] = [0x50, 0x4b, 5, 6]
  private static let length = 22
  private static let wideSignature: [UInt8] = [0x50, 0x4b, 6, 6]
  private static let locatorSignature: [UInt8] = [0x50, 0x4b, 6, 7]
  private static let locatorLength = 20

  private(set) var entryCount: Int
  /// Where the directory is in the file.
  private(set) var directory: Range<Int>

  /// Finds the record and checks that the directory lies right before it.
  init(_ file: borrowing OpenFile, size: Int) throws(StorageError) {
    let path = file.path
    let start = max(0, size - Self.length - 0xffff - Self.locatorLength)
    let tail = try file.read(start..<size)
    let positions = tail.indices.filter {
      tail[$0] == Self.signature[0] && Self.isEnd(tail[$0...])
    }
    guard let position = positions.first else {
      throw .damagedArchive(path: path, reason: "the directory at its end is missing")
    }
    guard positions.count == 1 else {
      throw .damagedArchive(path: path, reason: "it has two ends, one within the other")
    }
    var fields = LittleEndianFields(tail[position...].dropFirst(Self.signature.count))
    guard let disk = fields.number(bytes: 2), let firstDisk = fields.number(bytes: 2),
      let countOfDisk = fields.number(bytes: 2), let count = fields.number(bytes: 2),
      let length = fields.number(bytes: 4), let offset = fields.number(bytes: 4)
    else { throw Self.contradiction(path) }

    var numbers = Numbers(
      disk: disk, firstDisk: firstDisk, countOfDisk: countOfDisk, count: count, length: length,
      offset: offset)
    var end = start + position
    let locator = tail[..<position].suffix(Self.locatorLength)
    if locator.count == Self.locatorLength, locator.starts(with: Self.locatorSignature) {
      let wide = try Self.wide(
        file, locator: locator, at: end - Self.locatorLength)
      guard numbers.agree(with: wide.numbers) else { throw Self.contradiction(path) }
      (numbers, end) = (wide.numbers, wide.position)
    }
    guard numbers.disk == 0, numbers.firstDisk == 0, numbers.countOfDisk == numbers.count else {
      throw .refusedArchive(
        path: path, reason: "it is one part of a split zip; join the parts to one zip")
    }
    guard numbers.offset <= end, numbers.length == end - numbers.offset else {
      throw Self.contradiction(path)
    }
    entryCount = numbers.count
    directory = numbers.offset..<end
  }

  /// Whether the bytes are the record and a comment, to the last byte.
  private static func isEnd(_ bytes: ArraySlice<UInt8>) -> Bool {
    guard bytes.starts(with: signature) else { return false }
    var fields = LittleEndianFields(bytes)
    return fields.skip(length - 2) && fields.number(bytes: 2) == fields.rest.count
  }

  /// Reads the record of zip64, which stands before its locator.
  private static func wide(
    _ file: borrowing OpenFile, locator: ArraySlice<UInt8>, at locatorPosition: Int
  ) throws(StorageError) -> (numbers: Numbers, position: Int) {
    let path = file.path
    var locator = LittleEndianFields(locator.dropFirst(locatorSignature.count))
    guard locator.number(bytes: 4) == 0, let position = locator.number(bytes: 8),
      let disks = locator.number(bytes: 4), disks <= 1, position <= locatorPosition
    else { throw contradiction(path) }
    // The fields that every version of the record has.
    let record = try file.read(position..<min(position + 56, locatorPosition))
    var fields = LittleEndianFields(record[...])
    guard fields.skip(wideSignature), let length = fields.number(bytes: 8),
      length == locatorPosition - position - 12, fields.skip(4),
      let disk = fields.number(bytes: 4), let firstDisk = fields.number(bytes: 4),
      let countOfDisk = fields.number(bytes: 8), let count = fields.number(bytes: 8),
      let directoryLength = fields.number(bytes: 8), let offset = fields.number(bytes: 8)
    else { throw contradiction(path) }
    return (
      Numbers(
        disk: disk, firstDisk: firstDisk, countOfDisk: countOfDisk, count: count,
        length: directoryLength, offset: offset), position
    )
  }

  private static func contradiction(_ path: String) -> StorageError {
    .damagedArchive(path: path, reason: "the end of its directory contradicts itself")
  }

  /// What both records hold, the older one in fewer bits.
  private struct Numbers {
    var disk: Int
    var firstDisk: Int
    var countOfDisk: Int
    var count: Int
    var length: Int
    var offset: Int

    /// Whether the wide record says the same wherever this one has room for it.
    func agree(with wide: Numbers) -> Bool {
      let short = [(disk, wide.disk), (firstDisk, wide.firstDisk)]
      let counts = [(countOfDisk, wide.countOfDisk), (count, wide.count)]
      let places = [(length, wide.length), (offset, wide.offset)]
      return (short + counts).allSatisfy { $0 == 0xffff || $0 == $1 }
        && places.allSatisfy { $0 == 0xffff_ffff || $0 == $1 }
    }
  }
}
