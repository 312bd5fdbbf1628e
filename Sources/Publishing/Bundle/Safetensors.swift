import Kernels
import Ratings
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
    /// `I32`, to be written from indices of items as they are.
    case items([ItemIndex])
    /// `F32`, to be written from a table of that many rows without its padding.
    case table(EmbeddingTable)
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
    case .items(let items): items.count
    case .table(let table): table.rows * table.dimension
    }
  }

  /// The element type as the format names it, and the bytes of an element.
  var type: SafetensorsType {
    switch self {
    case .float32, .table: .float32
    case .int32, .items: .int32
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
  private static let valuesAtATime = 1 << 14

  /// Writes a new file, closed but not synced, and returns its size and digest.
  ///
  /// The values go from where they are to the file; no copy of them is made.
  @discardableResult
  static func write(
    _ tensors: [SafetensorsTensor], to path: String
  ) throws(StorageError) -> (bytes: Int, sha256: SHA256Digest) {
    var file = try OutputFile(path)
    try write(tensors, to: &file)
    return try file.close(sync: false)
  }

  /// Adds the bytes of a whole file to one that is being written.
  static func write(
    _ tensors: [SafetensorsTensor], to file: inout OutputFile
  ) throws(StorageError) {
    let header = header(of: tensors)
    try file.write(numbers: [UInt64(header.count)].span)
    try file.write(header)
    for tensor in tensors {
      switch tensor.values {
      case .float32(let values): try file.write(numbers: values.span)
      case .int32(let values): try file.write(numbers: values.span)
      case .int64(let values): try file.write(numbers: values.span)
      case .items(let items):
        for start in stride(from: 0, to: items.count, by: valuesAtATime) {
          let numbers = items[start..<min(start + valuesAtATime, items.count)].map(\.rawValue)
          try file.write(numbers: numbers.span)
        }
      case .table(let table):
        let rowsAtATime = max(valuesAtATime / table.dimension, 1)
        for start in stride(from: 0, to: table.rows, by: rowsAtATime) {
          let rows = start..<min(start + rowsAtATime, table.rows)
          try file.write(numbers: table.values(rows: rows, columns: 0..<table.dimension).span)
        }
      }
    }
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
}
