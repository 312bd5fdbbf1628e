import Ratings

/// All features of a dataset, as training rows and item details make them, and their place in the blocks
/// of a sampler.
struct FeatureEncoding: Sendable {
  /// The features besides user and item, in the order of their declaration.
  let names: [ModelFeature]
  let userCount: Int
  let itemCount: Int
  let items: ItemFeatures
  let counts: TrainingCounts
  let cross: CrossFeatures?
  let days: DayFeatures?
  let neighbours: NeighbourFeatures?
  /// The sampler's rows of users and items, each with its number first.
  let userRows: SparseRows
  let itemRows: SparseRows

  var hasImplicit: Bool { names.contains(.implicit) }

  /// Encodes training rows.
  ///
  /// `names` are the features, or `nil` for those that the data has and that need no time. Features
  /// that the data does not have are left out.
  init(_ inputs: TrainingInputs, names: [ModelFeature]?, counts: TrainingCounts) {
    let (ratings, details) = (inputs.ratings, inputs.details)
    let (users, items) = (inputs.users, inputs.items)
    let available = Self.available(ratings.columns, details)
    let wanted = Set(names ?? ModelFeature.withoutTime)
    self.names = ModelFeature.ofMachines.filter { wanted.contains($0) && available.contains($0) }
    let chosen = Set(self.names)
    userCount = users
    itemCount = items
    self.counts = counts
    self.items = ItemFeatures(details, items: items, names: chosen)
    cross =
      chosen.contains(.userGenre) || chosen.contains(.userDecade)
      ? CrossFeatures(ratings, users: users, items: self.items, names: chosen) : nil
    days = chosen.contains(.day) ? DayFeatures(ratings) : nil
    neighbours =
      chosen.contains(.timeNeighbours)
      ? NeighbourFeatures(ratings, users: users, items: items) : nil
    let isImplicit = chosen.contains(.implicit)
    let columns = ratings.columns
    userRows = Self.rows(
      of: columns.users.lazy.map(\.position), with: columns.items.lazy.map(\.position), ratings,
      count: users, counts: isImplicit ? counts.users : nil, others: items, extra: nil)
    itemRows = Self.rows(
      of: columns.items.lazy.map(\.position), with: columns.users.lazy.map(\.position), ratings,
      count: items, counts: isImplicit ? counts.items : nil, others: users, extra: self.items.rows)
  }

  /// The features that a dataset has.
  static func available(_ columns: RatingColumns, _ details: [ItemDetails]) -> Set<ModelFeature> {
    let hasTitles = details.contains { $0.title != nil }
    let hasGenres = details.contains { !$0.genres.isEmpty }
    return Set(
      ModelFeature.ofMachines.filter {
        (!$0.needsTime || columns.hasTimestamps) && (!$0.needsTitles || hasTitles)
          && (!$0.needsGenres || hasGenres)
      })
  }

  /// The sampler's blocks of training rows: users, items, and the others as far as there are any.
  func blocks(_ ratings: RatingSubset) -> [FeatureBlock] {
    let columns = ratings.columns
    let rows = (0..<ratings.count).map { ratings.row(at: $0) }
    let implicit = hasImplicit
    var blocks = [
      FeatureBlock(
        name: "user", rowOfRating: rows.map { columns.users[$0].rawValue }, starts: userRows.starts,
        indices: userRows.indices, values: userRows.values,
        groups: [FeatureGroup(name: "user", count: userCount)]
          + (implicit ? [FeatureGroup(name: "rated-item", count: itemCount)] : [])),
      FeatureBlock(
        name: "item", rowOfRating: rows.map { columns.items[$0].rawValue }, starts: itemRows.starts,
        indices: itemRows.indices, values: itemRows.values,
        groups: [FeatureGroup(name: "item", count: itemCount)]
          + (implicit ? [FeatureGroup(name: "rater", count: userCount)] : [])
          + items.groups),
    ]
    if let cross, cross.count > 0 { blocks.append(cross.block(ratings)) }
    if let days { blocks.append(days.block(ratings)) }
    if let neighbours { blocks.append(neighbours.block()) }
    return blocks
  }

  /// Rows with their own number first, then those that rated them or were rated by them, each 1/√n, then
  /// other values.
  private static func rows(
    of owners: some RandomAccessCollection<Int>, with others: some RandomAccessCollection<Int>,
    _ ratings: RatingSubset, count: Int, counts: [Int32]?, others otherCount: Int,
    extra: SparseRows?
  ) -> SparseRows {
    var sets = [[UInt32]](repeating: [], count: counts == nil ? 0 : count)
    if let counts {
      for row in 0..<count { sets[row].reserveCapacity(Int(counts[row])) }
      for position in 0..<ratings.count {
        let row = ratings.row(at: position)
        let owner = owners[owners.index(owners.startIndex, offsetBy: row)]
        let other = others[others.index(others.startIndex, offsetBy: row)]
        sets[owner].append(UInt32(other))
      }
    }
    let extraOffset = count + (counts == nil ? 0 : otherCount)
    var rows = SparseRows()
    rows.reserveCapacity(
      rows: count,
      entries: count + (counts == nil ? 0 : ratings.count) + (extra?.indices.count ?? 0))
    for row in 0..<count {
      rows.append(row, 1)
      if counts != nil {
        let set = sets[row].sorted()
        let value = 1 / Float(max(set.count, 1)).squareRoot()
        for other in set { rows.append(count + Int(other), value) }
      }
      if let extra {
        for place in extra.places(of: row) {
          rows.append(extraOffset + Int(extra.indices[place]), extra.values[place])
        }
      }
      rows.endRow()
    }
    return rows
  }
}
