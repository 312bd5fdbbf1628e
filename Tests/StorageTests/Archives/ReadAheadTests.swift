import Synchronization
import TestSupport
import Testing

@testable import Storage

@Suite struct ReadAheadTests {
  private struct OwnError: Error, Equatable {}

  private static let failure = StorageError.damagedArchive(path: "a", reason: "cut off")

  /// More pieces than are read ahead, and fewer.
  private static let counts = [0, 1, 2, 8, 9, 100]

  @Test(arguments: counts)
  func piecesComeInOrderAndTheReadersErrorAfterThem(count: Int) throws {
    var used: [UInt8] = []
    #expect(throws: Self.failure) {
      try ReadAhead.forEach { (handOver) throws(StorageError) in
        for number in 0..<count {
          _ = handOver(.init(member: "m", bytes: [UInt8(number)]))
        }
        throw Self.failure
      } use: { piece in
        used += piece.bytes
      }
    }
    #expect(used == (0..<count).map { UInt8($0) })
  }

  @Test(arguments: counts)
  func anErrorOfTheUserIsNotHiddenByOneThatTheReaderMetSince(count: Int) throws {
    #expect(throws: OwnError()) {
      try ReadAhead.forEach { (handOver) throws(StorageError) in
        for number in 0...count {
          _ = handOver(.init(member: "m", bytes: [UInt8(number)]))
        }
        throw Self.failure
      } use: { piece throws(OwnError) in
        if piece.bytes == [UInt8(count)] { throw OwnError() }
      }
    }
  }

  @Test func theReaderIsToldToStopAndHasEndedAfterwards() throws {
    let hasEnded = Atomic(false)
    #expect(throws: OwnError()) {
      try ReadAhead.forEach { (handOver) throws(StorageError) in
        while handOver(.init(member: "m", bytes: [])) {}
        hasEnded.store(true, ordering: .relaxed)
      } use: { _ throws(OwnError) in
        throw OwnError()
      }
    }
    let ended = hasEnded.load(ordering: .relaxed)
    #expect(ended)
  }

  @Test func damageAtTheEndOfAnArchiveHidesNoErrorAtItsStart() throws {
    let text = (0..<400_000).map { "\($0 &* 2_654_435_761 % 1_000_003)\n" }.joined()
    let whole = try ArchiveFixture.zip(["ratings.csv": text])
    // The last bytes of the data; after it only the directory follows.
    let damaged = whole.flippingByte(at: whole.bytes.count - 200)
    let directory = try TemporaryDirectory()
    let reader = ArchiveReader(path: try directory.write(damaged.bytes, to: "a.zip"))
    var read = 0
    #expect(throws: StorageError.self) {
      try reader.read(members: ["ratings.csv"]) { _, chunk in read += chunk.count }
    }
    #expect(read > 1 << 20)
    #expect(throws: OwnError()) {
      try reader.read(members: ["ratings.csv"]) { _, _ throws(OwnError) in throw OwnError() }
    }
  }
}
