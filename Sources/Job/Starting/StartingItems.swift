import Acquisition
import Ratings
import Storage

/// A file of items with their titles, beside the ratings.
struct StartingItems {
  /// The path as the job file has it, or the URL.
  let place: String
  /// The source without what may be secret.
  let shownSource: String
  /// The member with the items.
  let member: StartingData.Member
  /// Whether there are other members.
  let isOneOfSeveral: Bool

  /// Looks for the ids of rated items and their titles.
  ///
  /// - Throws: `StartingError.unclearItems`, or what reading the file throws.
  init(
    _ dataset: FetchedDataset, source: String, place: String, rated: Set<String>
  ) throws {
    self.place = place
    shownSource = dataset.shownOrigin
    let reader = MemberStream(dataset)
    let members = try reader.members()
    isOneOfSeveral = members.count > 1
    var found: [StartingData.Member] = []
    var notes: [String] = []
    for member in members.prefix(StartingData.mostMembers) {
      let sample = try StartingData.sample(of: member.name, reader)
      do throws(LayoutGuess.Unclear) {
        let guess = try LayoutGuess(
          sample: sample.bytes, isWhole: sample.isWhole, ratedItems: rated)
        if guess.roles.columns[.item] != nil {
          found.append(.init(name: member.name, guess: guess))
        } else {
          notes += guess.table(indentation: "")
          notes.append("no column is called like ids of items or holds one of a rated item")
        }
      } catch {
        notes.append("\(member.name): \(error.reason)")
      }
    }
    guard found.count == 1 else {
      if found.count > 1 {
        notes = [
          "several members list items: \(found.map(\.name).joined(separator: ", "))",
          "name the one that does as \"member\" in \"items\" in \"dataset\" of a job file",
        ]
      }
      throw StartingError.unclearItems(source: source, notes)
    }
    member = found[0]
  }

  /// What stands between genres, where it is not what a job has without being told.
  static func genreSeparator(_ guess: LayoutGuess) -> String? {
    guard guess.format == .delimited, let column = guess.roles.columns[.genres] else { return nil }
    let cells = guess.table.cells(column)
    if cells.contains(where: { $0.contains("|") }) { return nil }
    return [",", ";", "/"].first { mark in cells.contains { $0.contains(mark) } }
  }
}
