/// The `hash` split: the rows whose user and item have the smallest hashes.
///
/// The hash of a row is XXH64, with the seed of the split, of
/// length(user) ‖ user ‖ length(item) ‖ item ‖ occurrence: the raw ids as UTF-8, their lengths in
/// bytes as 64-bit and the occurrence as 32-bit numbers, least byte first. The occurrence is 0,
/// since repeated ratings were merged. So the choice depends on the set of (user, item) pairs
/// alone, neither on the order of the file nor on the other columns.
enum HashSplit {
  /// Returns the ⌈`fraction` · *n*⌉ of *n* rows with the smallest hashes, ties by (user, item).
  static func heldOutRows(
    from rows: [Int32], of dataset: RatingsDataset, fraction: Double, seed: UInt32
  ) -> [Int32] {
    var message: [UInt8] = []
    let hashes = rows.map { row in
      let rating = dataset.ratings[Int(row)]
      message.removeAll(keepingCapacity: true)
      append(dataset.users.label(of: rating.user), to: &message)
      append(dataset.items.label(of: rating.item), to: &message)
      appendLittleEndian(UInt32(0), to: &message)
      return (hash: XXHash64.hash(message, seed: UInt64(seed)), row: row)
    }
    let sorted = hashes.sorted { lhs, rhs in
      if lhs.hash != rhs.hash { return lhs.hash < rhs.hash }
      let left = dataset.ratings[Int(lhs.row)]
      let right = dataset.ratings[Int(rhs.row)]
      return (left.user, left.item) < (right.user, right.item)
    }
    return sorted.prefix(DatasetSplit.rowCount(fraction: fraction, of: rows.count)).map(\.row)
  }

  private static func append(_ label: String, to message: inout [UInt8]) {
    appendLittleEndian(UInt64(label.utf8.count), to: &message)
    message += label.utf8
  }

  private static func appendLittleEndian(
    _ number: some FixedWidthInteger, to message: inout [UInt8]
  ) {
    for shift in stride(from: 0, to: number.bitWidth, by: 8) {
      message.append(UInt8(truncatingIfNeeded: number >> shift))
    }
  }
}
