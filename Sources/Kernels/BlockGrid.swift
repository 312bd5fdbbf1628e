/// A rating in a block: the rows of its user and item in their tables, and its value.
@frozen public struct BlockRating: Sendable, Equatable {
  /// The row of the user.
  public var user: UInt32
  /// The row of the item.
  public var item: UInt32
  /// The rating.
  public var value: Float

  /// Creates a rating.
  public init(user: UInt32, item: UInt32, value: Float) {
    self.user = user
    self.item = item
    self.value = value
  }
}

/// Ratings dealt into a grid of user blocks × item blocks, in the order in which they are learned
/// from.
///
/// The rows of a table are cut into blocks of equal length, so that the ratings of a grid block touch
/// two short stretches of memory. Within a grid block every user belongs to one of eight streams, in
/// which ratings stand by user and then in the order in which they came; the streams are read in
/// turns until the shortest ends, then what is left of each.
public struct BlockGrid: Sendable {
  /// The number of user blocks.
  public let userBlocks: Int
  /// The number of item blocks.
  public let itemBlocks: Int
  /// The number of rows of the users' table.
  public let users: Int
  /// The number of rows of the items' table.
  public let items: Int
  /// Where each block's ratings begin, the blocks of a user block side by side; one more than blocks.
  let starts: [Int]
  /// How many times four ratings of streams side by side each block reads; two each time that it reads
  /// all streams.
  let quads: [Int]
  let ratings: BlockStorage

  /// So many ratings stay in a processor's own cache while they are dealt.
  private static let chunkLength = 1 << 14

  /// Deals ratings into a grid.
  ///
  /// - Parameters:
  ///   - userBlocks: The number of user blocks, at least that of the item blocks.
  ///   - itemBlocks: The number of item blocks.
  ///   - users: The number of rows of the users' table.
  ///   - items: The number of rows of the items' table.
  ///   - count: The number of ratings.
  ///   - threads: The number of threads; it has no influence on the result.
  ///   - read: Appends the ratings of a range to an array; it is asked twice for each range.
  /// - Complexity: O(*n* + users + items); 12 bytes a rating.
  public init(
    userBlocks: Int, itemBlocks: Int, users: Int, items: Int, count: Int, threads: Int,
    read: @Sendable (Range<Int>, inout [BlockRating]) -> Void
  ) {
    precondition(1...userBlocks ~= itemBlocks, "there are fewer user blocks than item blocks")
    self.userBlocks = userBlocks
    self.itemBlocks = itemBlocks
    self.users = users
    self.items = items
    let blockUsers = max((users + userBlocks - 1) / userBlocks, 1)
    let blockItems = max((items + itemBlocks - 1) / itemBlocks, 1)
    let blocks = userBlocks * itemBlocks
    let chunks = (count + Self.chunkLength - 1) / Self.chunkLength

    @Sendable func chunk(_ number: Int) -> [BlockRating] {
      let range = number * Self.chunkLength..<min((number + 1) * Self.chunkLength, count)
      var ratings: [BlockRating] = []
      ratings.reserveCapacity(range.count)
      read(range, &ratings)
      precondition(ratings.count == range.count, "a rating is missing")
      return ratings
    }
    @Sendable func block(_ rating: BlockRating) -> Int {
      precondition(
        Int(rating.user) < users && Int(rating.item) < items, "a rating of a row that is not there")
      return Int(rating.user) / blockUsers * itemBlocks + Int(rating.item) / blockItems
    }
    // A counting sort whose chunks are counted and placed in parallel, each at a place of its own.
    var places = Parallel.map(chunks, threads: threads) { number in
      var counts = [Int](repeating: 0, count: blocks)
      for rating in chunk(number) { counts[block(rating)] += 1 }
      return counts
    }
    var starts = [0]
    for block in 0..<blocks {
      var next = starts[block]
      for number in 0..<chunks {
        let count = places[number][block]
        places[number][block] = next
        next += count
      }
      starts.append(next)
    }
    let storage = BlockStorage(count: count)
    let firstPlaces = places
    Parallel.forEach(chunks, threads: threads) { number in
      var next = firstPlaces[number]
      for rating in chunk(number) {
        let target = block(rating)
        storage.place(rating, at: next[target])
        next[target] += 1
      }
    }
    let ranges = (0..<blocks).map { starts[$0]..<starts[$0 + 1] }
    quads = Parallel.map(blocks, threads: threads) { number in
      let range = ranges[number]
      return BlockStreams.arrange(
        storage.ratings(range), firstUser: number / itemBlocks * blockUsers, users: blockUsers
      ) { place, rating in
        storage.place(rating, at: range.lowerBound + place)
      }
    }
    self.starts = starts
    ratings = storage
  }

  /// The number of ratings.
  public var count: Int { ratings.count }

  /// The ratings of a block in their order, and how many times it reads four of streams side by side.
  public func block(user: Int, item: Int) -> (ratings: [BlockRating], quads: Int) {
    let number = user * itemBlocks + item
    return (ratings.ratings(starts[number]..<starts[number + 1]), quads[number])
  }
}

/// The order of the ratings within a block.
enum BlockStreams {
  /// The number of streams: two quads, because descent learns from one while it looks at the next.
  static let count = 8

  /// Tells the place of each rating of a block and returns the number of its quads.
  ///
  /// Users come in the order of their rows and go to the stream that is shortest then.
  static func arrange(
    _ ratings: [BlockRating], firstUser: Int, users: Int, put: (Int, BlockRating) -> Void
  ) -> Int {
    var counts = [Int32](repeating: 0, count: users)
    for rating in ratings { counts[Int(rating.user) - firstUser] += 1 }
    var streamOfUser = [UInt8](repeating: 0, count: users)
    var lengths = [Int](repeating: 0, count: count)
    // Where the next rating of each user goes: its place in the stream, and from it in the block.
    var next = [Int32](repeating: 0, count: users)
    for user in 0..<users where counts[user] > 0 {
      var shortest = 0
      for stream in 1..<count where lengths[stream] < lengths[shortest] { shortest = stream }
      streamOfUser[user] = UInt8(shortest)
      next[user] = Int32(lengths[shortest])
      lengths[shortest] += Int(counts[user])
    }
    let turns = lengths.reduce(ratings.count, min)
    var rests = [Int](repeating: 0, count: count)
    var rest = count * turns
    for stream in 0..<count {
      rests[stream] = rest - turns
      rest += lengths[stream] - turns
    }
    for rating in ratings {
      let user = Int(rating.user) - firstUser
      let stream = Int(streamOfUser[user])
      let place = Int(next[user])
      next[user] += 1
      put(place < turns ? count * place + stream : rests[stream] + place, rating)
    }
    return turns * count / 4
  }
}

/// The ratings of a grid, written at places that threads share out and only read afterwards.
@safe final class BlockStorage: @unchecked Sendable {
  let count: Int
  private let start: UnsafeMutablePointer<BlockRating>

  init(count: Int) {
    self.count = count
    // Safety: there is room for so many ratings, aligned to more than they need, and each is written
    // before it is read.
    unsafe start = LargeMemory.allocate(bytes: max(count, 1) * MemoryLayout<BlockRating>.stride)
      .bindMemory(to: BlockRating.self, capacity: max(count, 1))
  }

  // Safety: the address is the one that `allocate` gave, and nothing refers to it any more.
  deinit { unsafe start.deallocate() }

  /// Writes one rating; no two threads write at the same place.
  func place(_ rating: BlockRating, at index: Int) {
    precondition(index >= 0 && index < count, "no such place")
    // Safety: the place exists, and the type is trivial.
    unsafe (start + index).initialize(to: rating)
  }

  /// The ratings of a range.
  func ratings(_ range: Range<Int>) -> [BlockRating] {
    precondition(range.lowerBound >= 0 && range.upperBound <= count, "no such ratings")
    // Safety: the range lies inside the storage, all of which was written.
    return unsafe Array(UnsafeBufferPointer(start: start + range.lowerBound, count: range.count))
  }

  /// The address of a rating, for the kernels of this module.
  @unsafe func address(_ index: Int) -> UnsafePointer<BlockRating> {
    unsafe UnsafePointer(start + index)
  }
}
