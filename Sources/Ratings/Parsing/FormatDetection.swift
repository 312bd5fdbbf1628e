/// The layout of a dataset and the members that hold it.
public struct DetectedLayout: Sendable, Equatable {
  /// The layout of both members; never `auto`.
  public let format: RatingsFormat
  /// The member with the ratings, by its full name.
  public let ratingsMember: String
  /// The member with the items, by its full name, or `nil` if there is none.
  public let itemsMember: String?

  /// Creates a layout.
  public init(format: RatingsFormat, ratingsMember: String, itemsMember: String?) {
    self.format = format
    self.ratingsMember = ratingsMember
    self.itemsMember = itemsMember
  }
}

/// Finds out from the names of its members how a dataset is laid out.
public enum FormatDetection {
  private static let fileNames: [(format: RatingsFormat, ratings: String, items: String)] = [
    (.movielensCSV, "ratings.csv", "movies.csv"),
    (.movielens100K, "u.data", "u.item"),
    (.movielensDAT, "ratings.dat", "movies.dat"),
  ]

  /// Finds the ratings file among the members, in any folder, and the items file beside it.
  ///
  /// - Parameters:
  ///   - memberNames: The full names of the members.
  ///   - format: The layout, where the job gives it; a dataset of one file may then have any name.
  ///   - ratings: The full name of the ratings member, where the job gives it.
  ///   - items: The full name of the items member, where the job gives it.
  /// - Returns: The layout and the full names of its members.
  /// - Throws: ``RatingsError/unrecognizedLayout(members:)`` if nothing fits,
  ///   ``RatingsError/ambiguousLayout(candidates:)`` if several members do, and
  ///   ``RatingsError/missingMember(name:members:)`` if a given name is not there.
  public static func detect(
    memberNames: [String], format: RatingsFormat = .auto, ratings: String? = nil,
    items: String? = nil
  ) throws(RatingsError) -> DetectedLayout {
    for name in [ratings, items].compactMap({ $0 }) where !memberNames.contains(name) {
      throw .missingMember(name: name, members: memberNames)
    }
    let candidates = ratings.map { [$0] } ?? memberNames.filter { $0 != items }
    if format.isDescribedByJob {
      guard let member = candidates.first else { throw .unrecognizedLayout(members: memberNames) }
      guard candidates.count == 1 else { throw .ambiguousLayout(candidates: candidates) }
      return DetectedLayout(format: format, ratingsMember: member, itemsMember: items)
    }
    var found: [(member: String, format: RatingsFormat)] = []
    for known in fileNames where format == .auto || format == known.format {
      for member in candidates where baseName(member) == known.ratings {
        found.append((member, known.format))
      }
    }
    if found.isEmpty, format != .auto, candidates.count == 1 {
      found = [(candidates[0], format)]
    }
    guard let match = found.first else { throw .unrecognizedLayout(members: memberNames) }
    guard found.count == 1 else { throw .ambiguousLayout(candidates: found.map(\.member)) }
    return DetectedLayout(
      format: match.format, ratingsMember: match.member,
      itemsMember: items ?? itemsMember(beside: match.member, of: match.format, in: memberNames))
  }

  /// Finds the items file of a source of its own, and its layout.
  ///
  /// - Parameters:
  ///   - memberNames: The full names of the members.
  ///   - format: The layout, where the job gives it.
  ///   - member: The full name of the items file, where the job gives it.
  ///   - ratingsFormat: The layout of the ratings; it is that of a single file whose name tells nothing.
  /// - Returns: The full name of the items file and its layout.
  /// - Throws: ``RatingsError/missingMember(name:members:)`` if there is none, and
  ///   ``RatingsError/ambiguousLayout(candidates:)`` if there are several.
  public static func detectItems(
    memberNames: [String], format: RatingsFormat = .auto, member: String? = nil,
    ratingsFormat: RatingsFormat
  ) throws(RatingsError) -> (member: String, format: RatingsFormat) {
    if let member, !memberNames.contains(member) {
      throw .missingMember(name: member, members: memberNames)
    }
    let candidates = member.map { [$0] } ?? memberNames
    if format == .auto {
      let found = candidates.flatMap { name in
        fileNames.filter { $0.items == baseName(name) }.map { (member: name, format: $0.format) }
      }
      if found.count > 1 { throw .ambiguousLayout(candidates: found.map(\.member)) }
      if let only = found.first { return only }
    }
    let known = fileNames.filter { $0.format == format }.map(\.items)
    let named = candidates.filter { known.contains(baseName($0)) }
    guard let match = named.first ?? candidates.first else {
      throw .missingMember(name: known.first ?? "items", members: memberNames)
    }
    guard named.count == 1 || candidates.count == 1 else {
      throw .ambiguousLayout(candidates: named.isEmpty ? candidates : named)
    }
    return (match, format == .auto ? ratingsFormat : format)
  }

  private static func itemsMember(
    beside ratings: String, of format: RatingsFormat, in memberNames: [String]
  ) -> String? {
    guard let known = fileNames.first(where: { $0.format == format }) else { return nil }
    let folder = ratings.dropLast(baseName(ratings).count)
    return memberNames.first { $0 == folder + known.items }
  }

  private static func baseName(_ member: String) -> String {
    member.split(separator: "/", omittingEmptySubsequences: false).last.map(String.init) ?? member
  }
}
