import Storage

/// What makes bytes no safetensors file, as the end of a sentence that starts with its name.
struct SafetensorsProblem: Error, Equatable {
  let reason: String
}

extension Safetensors {
  /// The longest header that is read, as in the format's own library.
  private static let maximumHeaderLength = 100_000_000

  /// Reads a whole file and checks every length, type and offset in it.
  ///
  /// A `__metadata__` is passed over. The tensors must cover the data exactly, without gaps,
  /// overlaps or bytes at the end; they come out in the order of their data. `range` is where the
  /// file lies among the bytes, by default all of them.
  static func read(
    _ bytes: [UInt8], in range: Range<Int>? = nil
  ) throws(SafetensorsProblem) -> [SafetensorsTensor] {
    let file = range ?? bytes.indices
    guard file.count >= 8 else { throw SafetensorsProblem(reason: "is shorter than 8 bytes") }
    let length = word64(bytes, at: file.lowerBound)
    guard length <= UInt64(maximumHeaderLength), length <= UInt64(file.count - 8) else {
      throw SafetensorsProblem(reason: "has a header that reaches beyond its end")
    }
    let headerStart = file.lowerBound + 8
    let dataStart = headerStart + Int(length)
    let entries = try entries(
      Array(bytes[headerStart..<dataStart]), dataLength: file.upperBound - dataStart)
    var end = 0
    var tensors: [SafetensorsTensor] = []
    for entry in entries {
      guard entry.range.lowerBound == end else {
        throw SafetensorsProblem(reason: "has a gap or overlap before \"\(entry.name)\"")
      }
      end = entry.range.upperBound
      let start = dataStart + entry.range.lowerBound
      tensors.append(
        SafetensorsTensor(
          entry.name, shape: entry.shape,
          values(entry.type, in: bytes, from: start, count: entry.count)))
    }
    guard end == file.upperBound - dataStart else {
      throw SafetensorsProblem(reason: "has bytes that belong to no tensor")
    }
    return tensors
  }

  private struct Entry {
    let name: String
    let type: SafetensorsType
    let shape: [Int]
    let count: Int
    let range: Range<Int>
  }

  /// The tensors that a header lists, by the offset of their data.
  private static func entries(
    _ header: [UInt8], dataLength: Int
  ) throws(SafetensorsProblem) -> [Entry] {
    guard header.first == UInt8(ascii: "{") else {
      throw SafetensorsProblem(reason: "has a header that is not a JSON object")
    }
    let value: JSONValue
    do throws(JSONError) {
      value = try JSONParser.parseValue(header, path: "header")
    } catch {
      throw SafetensorsProblem(reason: "has a header that is not JSON: \(error.reason)")
    }
    var entries: [Entry] = []
    for member in value.objectValue ?? [] where member.key != "__metadata__" {
      entries.append(try entry(member, dataLength: dataLength))
    }
    return entries.sorted {
      ($0.range.lowerBound, $0.range.upperBound) < ($1.range.lowerBound, $1.range.upperBound)
    }
  }

  private static func entry(
    _ member: JSONMember, dataLength: Int
  ) throws(SafetensorsProblem) -> Entry {
    let name = member.key
    guard member.value.objectValue?.count == 3, let typeName = member.value["dtype"]?.stringValue,
      let sizes = member.value["shape"]?.arrayValue,
      let offsets = member.value["data_offsets"]?.arrayValue, offsets.count == 2
    else { throw SafetensorsProblem(reason: "does not describe \"\(name)\" completely") }
    guard let type = SafetensorsType(rawValue: typeName) else {
      throw SafetensorsProblem(reason: "gives \"\(name)\" the unknown type \"\(typeName)\"")
    }
    var shape: [Int] = []
    var count = 1
    var isTooLarge = false
    for size in sizes {
      guard let size = size.intValue, size >= 0 else {
        throw SafetensorsProblem(reason: "gives \"\(name)\" a shape that is none")
      }
      shape.append(size)
      let (product, overflows) = count.multipliedReportingOverflow(by: size)
      isTooLarge = isTooLarge || overflows
      count = product
    }
    guard let start = offsets[0].intValue, let end = offsets[1].intValue,
      0 <= start, start <= end, end <= dataLength
    else { throw SafetensorsProblem(reason: "has offsets of \"\(name)\" beyond its end") }
    let (length, overflows) = count.multipliedReportingOverflow(by: type.size)
    guard !isTooLarge, !overflows, length == end - start else {
      throw SafetensorsProblem(reason: "has data of \"\(name)\" that do not fill its shape")
    }
    return Entry(name: name, type: type, shape: shape, count: count, range: start..<end)
  }

  private static func values(
    _ type: SafetensorsType, in bytes: [UInt8], from start: Int, count: Int
  ) -> SafetensorsTensor.Values {
    switch type {
    case .float32:
      var values: [Float] = []
      values.reserveCapacity(count)
      for index in 0..<count {
        values.append(Float(bitPattern: word32(bytes, at: start + 4 * index)))
      }
      return .float32(values)
    case .int32:
      var values: [Int32] = []
      values.reserveCapacity(count)
      for index in 0..<count {
        values.append(Int32(bitPattern: word32(bytes, at: start + 4 * index)))
      }
      return .int32(values)
    case .int64:
      var values: [Int64] = []
      values.reserveCapacity(count)
      for index in 0..<count {
        values.append(Int64(bitPattern: word64(bytes, at: start + 8 * index)))
      }
      return .int64(values)
    }
  }

  private static func word32(_ bytes: [UInt8], at offset: Int) -> UInt32 {
    UInt32(bytes[offset]) | UInt32(bytes[offset + 1]) << 8 | UInt32(bytes[offset + 2]) << 16
      | UInt32(bytes[offset + 3]) << 24
  }

  private static func word64(_ bytes: [UInt8], at offset: Int) -> UInt64 {
    UInt64(word32(bytes, at: offset)) | UInt64(word32(bytes, at: offset + 4)) << 32
  }
}
