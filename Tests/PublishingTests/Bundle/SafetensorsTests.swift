import Ratings
import Storage
import TestSupport
import Testing

@testable import Publishing

@Suite struct SafetensorsTests {
  private let tensors = [
    SafetensorsTensor("starts", shape: [2], .int64([0, -2])),
    SafetensorsTensor("items", shape: [3], .int32([1, -1, .max])),
    SafetensorsTensor("table", shape: [2, 1], .float32([1.5, -.infinity])),
    SafetensorsTensor("none", shape: [0, 4], .float32([])),
  ]

  private func written(_ tensors: [SafetensorsTensor]) throws -> [UInt8] {
    let directory = try TemporaryDirectory()
    try Safetensors.write(tensors, to: directory.path("t"))
    return try FileSystem.readBytes(directory.path("t"))
  }

  /// A file of a header as written here and some zeros.
  private func file(_ header: String, zeros: Int) -> [UInt8] {
    var bytes = Array(header.utf8)
    let count = bytes.count
    bytes.insert(contentsOf: (0..<8).map { UInt8(truncatingIfNeeded: count >> (8 * $0)) }, at: 0)
    return bytes + [UInt8](repeating: 0, count: zeros)
  }

  @Test func whatWasWrittenIsReadBack() throws {
    #expect(try Safetensors.read(written(tensors)) == tensors)
    #expect(try Safetensors.read(written([])) == [])
  }

  @Test func theBytesAreThoseOfTheFormat() throws {
    let tensor = SafetensorsTensor("a", shape: [2], .float32([1, -2]))
    let header = #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#
    let padded = header + String(repeating: " ", count: 56 - header.utf8.count)
    let expected =
      [56, 0, 0, 0, 0, 0, 0, 0] + Array(padded.utf8) + [0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0]
    #expect(try written([tensor]) == expected)
  }

  @Test func itemsAreWrittenAsTheirNumbers() throws {
    let numbers = (0..<40_000).map { $0 * 3 }
    let items = SafetensorsTensor("i", shape: [40_000], .items(numbers.map { ItemIndex($0) }))
    let plain = SafetensorsTensor("i", shape: [40_000], .int32(numbers.map { Int32($0) }))
    #expect(try Safetensors.read(written([items])) == [plain])
  }

  @Test func metadataOfOtherWritersIsPassedOver() throws {
    let header =
      #"{"__metadata__":{"format":"np"},"a":{"dtype":"I32","shape":[],"data_offsets":[0,4]}}"#
    let read = try Safetensors.read(file(header, zeros: 4))
    #expect(read == [SafetensorsTensor("a", shape: [], .int32([0]))])
  }

  @Test(arguments: [
    (#"{"a":{"dtype":"F16","shape":[2],"data_offsets":[0,4]}}"#, 4),
    (#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}"#, 4),
    (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#, 5),
    (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#, 3),
    (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#, 8),
    (#"{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}"#, 4),
    (#"{"a":{"dtype":"F32","shape":[1.5],"data_offsets":[0,4]}}"#, 4),
    (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}"#, 4),
    (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0]}}"#, 4),
    (#"{"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,0]}}"#, 0),
    (#"{"a":{"dtype":"F32","shape":[4611686018427387904],"data_offsets":[0,0]}}"#, 0),
    (#"{"a":{"dtype":"F32","shape":[1]}}"#, 4),
    (
      #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"#
        + #""b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#, 4
    ),
    (
      #"{"a":{"dtype":"F32","shape":[0],"data_offsets":[0,0]},"#
        + #""a":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}}"#, 0
    ),
    ("[]", 0), ("", 0), ("{", 0), (" {}", 0), ("{} x", 0),
  ])
  func aHeaderThatDoesNotFitIsRefused(header: String, zeros: Int) {
    #expect(throws: SafetensorsProblem.self) { try Safetensors.read(file(header, zeros: zeros)) }
  }

  @Test func everyPrefixIsRefused() throws {
    let bytes = try written(tensors)
    for count in 0..<bytes.count {
      #expect(throws: SafetensorsProblem.self) { try Safetensors.read(Array(bytes.prefix(count))) }
    }
  }

  @Test func noChangedByteEndsTheProgram() throws {
    let bytes = try written(tensors)
    for offset in bytes.indices {
      for flip in [0x01, 0x10, 0x80, 0xff] as [UInt8] {
        var changed = bytes
        changed[offset] ^= flip
        _ = try? Safetensors.read(changed)
      }
    }
  }
}
