import Crypto

/// The SHA-256 of some bytes.
public struct SHA256Digest: Sendable, Hashable, CustomStringConvertible {
  /// The digest as 64 lower-case hexadecimal digits.
  public let hex: String

  /// Digests bytes that are at hand.
  public init(of bytes: [UInt8]) {
    var hasher = Hasher()
    hasher.update(bytes)
    self = hasher.finish()
  }

  /// Digests the UTF-8 bytes of a text.
  public init(of text: String) {
    self.init(of: Array(text.utf8))
  }

  /// Reads a digest from 64 hexadecimal digits of either case; `nil` for any other text.
  public init?(hex: String) {
    let digits = hex.utf8.map { $0 >= 65 && $0 <= 70 ? $0 + 32 : $0 }
    guard digits.count == 64,
      digits.allSatisfy({ (48...57).contains($0) || (97...102).contains($0) })
    else { return nil }
    self.hex = String(decoding: digits, as: UTF8.self)
  }

  private init(_ digest: SHA256.Digest) {
    let digits = Array("0123456789abcdef".utf8)
    hex = String(
      decoding: digest.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }

  /// The digest as its hexadecimal digits.
  public var description: String { hex }

  /// Digests a file in bounded memory.
  public static func ofFile(_ path: String) throws(StorageError) -> SHA256Digest {
    try measureFile(path).sha256
  }

  /// Digests a file and counts the bytes that went into the digest.
  public static func measureFile(
    _ path: String
  ) throws(StorageError) -> (bytes: Int, sha256: SHA256Digest) {
    let file = try OpenFile(path, .read)
    var hasher = Hasher()
    var count = 0
    while true {
      let chunk = try file.read(upTo: 1 << 18)
      if chunk.isEmpty { return (count, hasher.finish()) }
      count += chunk.count
      hasher.update(chunk)
    }
  }

  /// A digest in the making.
  public struct Hasher: Sendable {
    private var state = SHA256()

    /// Creates the hasher of no bytes.
    public init() {}

    /// Adds bytes at the end.
    public mutating func update(_ bytes: [UInt8]) {
      update(bytes.span)
    }

    /// Adds bytes at the end.
    public mutating func update(_ bytes: Span<UInt8>) {
      // Safety: bytes have no padding, so that each is set.
      update(unsafe bytes.bytes)
    }

    /// Adds bytes at the end.
    public mutating func update(_ bytes: RawSpan) {
      // Safety: the buffer is used within the call only.
      unsafe bytes.withUnsafeBytes { unsafe state.update(bufferPointer: $0) }
    }

    /// The digest of all bytes so far; more may follow.
    public func finish() -> SHA256Digest {
      SHA256Digest(state.finalize())
    }
  }
}
