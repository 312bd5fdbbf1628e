import Ratings
import Recommenders
import Storage

/// Recommendations as Redis commands in its serialization protocol, RESP2.
///
/// The lists become one hash, `PREFIX:VERSION`, with a field for each user whose value is the array that
/// the JSON lines have. The last command points `PREFIX:current` at it, in one step on the server and only
/// if the hash has every user, so that a load that failed in part changes nothing for readers. It gives
/// the versions before, which `PREFIX:versions` names, a time to live.
///
/// The version is a digest of what is in the hash. So the file depends on plan and data alone, and loading
/// one again, or a version that readers see, writes the values that are there already.
struct RESPRecommendationWriter: RecommendationWriter {
  private let catalogue: ExportCatalogue
  private let arrays: JSONRecommendations
  private let users: Int
  /// The name of the hash.
  private let hash: [UInt8]
  private let current: [UInt8]
  private let versions: [UInt8]

  let format = ExportFormat.resp

  /// How long a version that is not the current one is kept: readers that have its name may go on, and
  /// going back to it needs no load.
  static let secondsToLive = 86_400

  private static let switchScript = """
    local users = redis.call('HLEN', KEYS[1])
    if users ~= tonumber(ARGV[1]) then
      return redis.error_reply('recjob: ' .. KEYS[1] .. ' has ' .. users .. ' users instead of '
        .. ARGV[1] .. '; ' .. KEYS[2] .. ' stays as it was')
    end
    redis.call('PERSIST', KEYS[1])
    redis.call('SET', KEYS[2], KEYS[1])
    for _, version in ipairs(redis.call('SMEMBERS', KEYS[3])) do
      local left = redis.call('TTL', version)
      if left == -2 then
        redis.call('SREM', KEYS[3], version)
      elseif left == -1 and version ~= KEYS[1] then
        redis.call('EXPIRE', version, ARGV[2])
      end
    end
    return users
    """

  /// Prepares to write the lists, which decide the version.
  init(catalogue: ExportCatalogue, lists: [RecommendationList], prefix: String) {
    self.catalogue = catalogue
    arrays = JSONRecommendations(catalogue: catalogue)
    users = lists.count
    let version = Self.version(of: lists, catalogue: catalogue, arrays: arrays)
    hash = Array("\(prefix):\(version)".utf8)
    current = Array("\(prefix):current".utf8)
    versions = Array("\(prefix):versions".utf8)
  }

  func rows(of list: RecommendationList) -> Int { 1 }

  func appendHeader(to bytes: inout [UInt8]) {
    Self.appendCommand([Array("SADD".utf8), versions, hash], to: &bytes)
  }

  func append(_ list: RecommendationList, to bytes: inout [UInt8]) throws(PublishingError) {
    var value: [UInt8] = []
    try arrays.append(list, to: &value)
    Self.appendCommand(
      [Array("HSET".utf8), hash, Array(catalogue.label(of: list.user).utf8), value], to: &bytes)
  }

  func appendFooter(to bytes: inout [UInt8]) {
    let words = ["EVAL", Self.switchScript, "3"].map { Array($0.utf8) }
    let counts = [users, Self.secondsToLive].map { Array("\($0)".utf8) }
    Self.appendCommand(words + [hash, current, versions] + counts, to: &bytes)
  }

  /// The first 12 hexadecimal digits of a SHA-256 over all items, then each user with the items and
  /// scores of the list.
  private static func version(
    of lists: [RecommendationList], catalogue: ExportCatalogue, arrays: JSONRecommendations
  ) -> String {
    var hasher = SHA256Digest.Hasher()
    var bytes = Array("recjob lists \(ExportFormat.resp.schemaVersion)\n".utf8)
    func flush(above size: Int) {
      guard bytes.count > size else { return }
      hasher.update(bytes)
      bytes.removeAll(keepingCapacity: true)
    }
    func append(_ number: UInt32) {
      for shift in stride(from: UInt32(0), to: 32, by: 8) {
        bytes.append(UInt8(truncatingIfNeeded: number >> shift))
      }
    }
    for item in 0..<catalogue.itemCount {
      arrays.appendItem(ItemIndex(item), to: &bytes)
      flush(above: 1 << 16)
    }
    for list in lists {
      bytes += JSONRecommendations.quoted(catalogue.label(of: list.user)).utf8
      append(UInt32(truncatingIfNeeded: list.items.count))
      for scored in list.items {
        append(UInt32(truncatingIfNeeded: scored.item.position))
        append(scored.score.bitPattern)
      }
      flush(above: 1 << 16)
    }
    flush(above: 0)
    return String(hasher.finish().hex.prefix(12))
  }

  /// Adds a command as an array of texts, each with the number of its bytes before it.
  private static func appendCommand(_ words: [[UInt8]], to bytes: inout [UInt8]) {
    func appendLength(_ mark: Unicode.Scalar, _ length: Int) {
      bytes.append(UInt8(ascii: mark))
      DecimalText.append(length, to: &bytes)
      bytes += [UInt8(ascii: "\r"), UInt8(ascii: "\n")]
    }
    appendLength("*", words.count)
    for word in words {
      appendLength("$", word.count)
      bytes += word
      bytes += [UInt8(ascii: "\r"), UInt8(ascii: "\n")]
    }
  }
}
