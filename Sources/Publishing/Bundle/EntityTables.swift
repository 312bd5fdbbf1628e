import Ratings
import Recommenders

/// `users.csv` of a bundle: `index,user_id,count,train_count`, a row for each user.
enum UserTable {
  static let header = ["index", "user_id", "count", "train_count"]

  static func bytes(_ bundle: ModelBundle) -> [UInt8] {
    var bytes: [UInt8] = []
    CSVText.appendRow(header, to: &bytes)
    let trained = bundle.model.trainingCounts.users
    for (index, count) in bundle.userCounts.enumerated() {
      let id = bundle.users.labels[index]
      CSVText.appendRow([String(index), id, String(count), String(trained[index])], to: &bytes)
    }
    return bytes
  }
}

/// `items.csv` of a bundle: `index,item_id,title,genres,count,train_count`, a row for each item;
/// genres are joined by `|`, and title and genres are empty where they are not known.
enum ItemTable {
  static let header = ["index", "item_id", "title", "genres", "count", "train_count"]

  static func bytes(_ bundle: ModelBundle) -> [UInt8] {
    var bytes: [UInt8] = []
    CSVText.appendRow(header, to: &bytes)
    let trained = bundle.model.trainingCounts.items
    for (index, count) in bundle.itemCounts.enumerated() {
      let details = bundle.itemDetails.isEmpty ? ItemDetails() : bundle.itemDetails[index]
      CSVText.appendRow(
        [
          String(index), bundle.items.labels[index], details.title ?? "",
          details.genres.joined(separator: "|"), String(count), String(trained[index]),
        ], to: &bytes)
    }
    return bytes
  }
}

/// One of the two tables as it is read back: labels, counts and the columns between.
struct EntityRows {
  private(set) var labels: [String] = []
  private(set) var counts: [Int] = []
  private(set) var trainingCounts: [Int32] = []
  /// The columns between id and count, by row.
  private(set) var details: [[String]] = []

  /// Reads a table of `expected` rows whose indices run from 0.
  init(
    _ bytes: [UInt8], header: [String], expected: Int, file: String, owner: String
  ) throws(PublishingError) {
    let rows: [[String]]
    do throws(CSVProblem) {
      rows = try CSVText.rows(bytes, header: header)
    } catch {
      throw .damaged(path: owner, file: file, reason: "has in line \(error.line) \(error.reason)")
    }
    guard rows.count == expected else {
      throw .damaged(
        path: owner, file: file, reason: "has \(rows.count) rows instead of \(expected)")
    }
    for (index, row) in rows.enumerated() {
      guard row[0] == String(index), let count = Int(row[row.count - 2]),
        let trainingCount = Int32(row[row.count - 1]), trainingCount >= 0,
        trainingCount <= count
      else {
        throw .damaged(
          path: owner, file: file, reason: "has a wrong index or count in row \(index + 1)")
      }
      labels.append(row[1])
      counts.append(count)
      trainingCounts.append(trainingCount)
      details.append(Array(row[2..<(row.count - 2)]))
    }
  }
}
