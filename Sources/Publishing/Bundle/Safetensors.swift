import Storage

/// A tensor of a safetensors file, in row-major order.
struct SafetensorsTensor: Equatable, Sendable {
  /// The element types that bundles use, with their values.
  enum Values: Equatable, Sendable {
    /// `F32`.
    case float32([Float])
    /// `I32`.
    case int32([Int32])
    /// `I64`.
    case int64([Int64])
  }

  let name: String
  let shape: [Int]
  let values: Values

  /// The tensor of values that fill its shape.
  init(_ name: String, shape: [Int], _ values: Values) {
    precondition(shape.reduce(1, *) == values.count, "the values do not fill the shape")
    self.name = name
    self.shape = shape
    self.values = values
  }
}

extension SafetensorsTensor.Values {
  var count: Int {
    switch self {
    case .float32(let values): values.count
    case .int32(let values): values.count
    case .int64(let values): values.count
    }
  }

  /// The element type as the format names it, and the bytes of an element.
  var type: SafetensorsType {
    switch self {
    case .float32: .float32
    case .int32: .int32
    case .int64: .int64
    }
  }
}

/// The element types that bundles use.
enum SafetensorsType: String {
  case float32 = "F32"
  case int32 = "I32"
  case int64 = "I64"

  var size: Int {
    switch self {
    case .float32, .int32: 4
    case .int64: 8
    }
  }
}

/// The safetensors format: a length of 8 bytes, a JSON header, and the values of all tensors one
/// after the other, little-endian.
///
/// The header is padded with spaces to a multiple of 8 bytes and has no `__metadata__`; tensors
/// stand in the order given, without gaps. See https://github.com/huggingface/safetensors#format.
enum Safetensors {
  private static let chunkSize = 1 << 16

  /// Writes a new file, closed but not synced.
  static func write(_ tensors: [SafetensorsTensor], to path: String) throws(StorageError) {
    var file = try OutputFile(path)
    let header = header(of: tensors)
    var chunk = littleEndianBytes(UInt64(header.count))
    chunk += header
    for tensor in tensors {
      switch tensor.values {
      case .float32(let values):
        for value in values {
          append(value.bitPattern, to: &chunk)
          if chunk.count >= chunkSize { try flush(&chunk, to: &file) }
        }
      case .int32(let values):
        for value in values {
          append(UInt32(bitPattern: value), to: &chunk)
          if chunk.count >= chunkSize { try flush(&chunk, to: &file) }
        }
      case .int64(let values):
        for value in values {
          append(UInt64(bitPattern: value), to: &chunk)
          if chunk.count >= chunkSize { try flush(&chunk, to: &file) }
        }
      }
    }
    try flush(&chunk, to: &file)
    _ = try file.close(sync: false)
  }

  private static func header(of tensors: [SafetensorsTensor]) -> [UInt8] {
    var offset = 0
    var members: [JSONMember] = []
    for tensor in tensors {
      let end = offset + tensor.values.count * tensor.values.type.size
      let description: JSONValue = [
        "dtype": .string(tensor.values.type.rawValue),
        "shape": .array(tensor.shape.map { .integer($0) }),
        "data_offsets": [.integer(offset), .integer(end)],
      ]
      members.append(JSONMember(key: tensor.name, value: description))
      offset = end
    }
    var bytes = Array(JSONValue.object(members).text().utf8)
    while bytes.count % 8 != 0 { bytes.append(UInt8(ascii: " ")) }
    return bytes
  }

  private static func flush(
    _ chunk: inout [UInt8], to file: inout OutputFile
  ) throws(StorageError) {
    try file.write(chunk)
    chunk.removeAll(keepingCapacity: true)
  }

  private static func littleEndianBytes(_ value: UInt64) -> [UInt8] {
    var bytes: [UInt8] = []
    append(value, to: &bytes)
    return bytes
  }

  private static func append(_ value: UInt32, to bytes: inout [UInt8]) {
    bytes.append(UInt8(truncatingIfNeeded: value))
    bytes.append(UInt8(truncatingIfNeeded: value >> 8))
    bytes.append(UInt8(truncatingIfNeeded: value >> 16))
    bytes.append(UInt8(truncatingIfNeeded: value >> 24))
  }

  private static func append(_ value: UInt64, to bytes: inout [UInt8]) {
    append(UInt32(truncatingIfNeeded: value), to: &bytes)
    append(UInt32(truncatingIfNeeded: value >> 32), to: &bytes)
  }
}
