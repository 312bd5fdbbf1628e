import Storage
import Testing

/// A published run, read by nothing but its documented formats.
struct PublishedRun {
  let path: String

  /// The run that an output directory's `latest` leads to.
  init(_ output: String) throws {
    path = try FileSystem.resolved(PathName.joined(output, "latest"))
  }

  var name: String { PathName.lastComponent(of: path) }

  func file(_ name: String) -> String { PathName.joined(path, name) }

  func bytes(_ name: String) throws -> [UInt8] { try FileSystem.readBytes(file(name)) }

  func json(_ name: String) throws -> JSONValue {
    try JSONParser.parseValue(bytes(name), path: name)
  }

  /// The name of the packed bundle.
  var packedBundle: String {
    get throws {
      try #require(FileSystem.list(path).first { $0.hasSuffix(".tar.gz") })
    }
  }

  /// The rows of a CSV file by column.
  func table(_ name: String) throws -> [[String: String]] {
    let rows = try CSVReader.rows(bytes(name))
    let header = try #require(rows.first)
    return try rows.dropFirst().map { row in
      try #require(row.count == header.count)
      return Dictionary(uniqueKeysWithValues: zip(header, row))
    }
  }

  /// The rows of `recommendations.csv` below its header.
  func recommendationRows() throws -> [[String]] {
    let rows = try CSVReader.rows(bytes("recommendations.csv"))
    try #require(rows.first == ["user_id", "rank", "item_id", "score", "title"])
    return Array(rows.dropFirst())
  }

  /// The objects of `recommendations.jsonl`.
  func recommendationLines() throws -> [JSONValue] {
    let bytes = try bytes("recommendations.jsonl")
    try #require(bytes.last == UInt8(ascii: "\n"))
    return try bytes.split(separator: UInt8(ascii: "\n")).map {
      try JSONParser.parseValue(Array($0), path: "recommendations.jsonl")
    }
  }

  /// `recommendations.jsonl` as `recommendations.csv` would have it.
  func rowsOfLines() throws -> [[String]] {
    try recommendationLines().flatMap { line in
      let user = try #require(line["user_id"]?.stringValue)
      return try #require(line["recommendations"]?.arrayValue).map { entry in
        [
          user, try #require(entry["rank"]?.intValue).description,
          try #require(entry["item_id"]?.stringValue), try #require(entry["score"]).text(),
          try #require(entry["title"]?.stringValue),
        ]
      }
    }
  }

  /// The values of a column of `history.csv` in a phase, epoch by epoch.
  func history(_ column: String, phase: String = "search") throws -> [Double] {
    try table("history.csv").filter { $0["phase"] == phase }.map {
      try #require($0[column].flatMap { Double($0) })
    }
  }

  /// What is wrong with the lists: items that the user has rated or that appear twice, ranks that
  /// do not count up, scores that rise where the lists are by rating, titles that are not the dataset's.
  func faultsOfLists(
    rated: [String: Set<String>], titles: [String: String]
  ) throws -> [String] {
    var faults: [String] = []
    let isByRating = try json("plan.json")["recommend"]?["rank_by"]?.stringValue == "rating"
    var previous: (user: String, rank: Int, score: Double) = ("", 0, 0)
    var listed: Set<String> = []
    for row in try recommendationRows() {
      let (user, item) = (row[0], row[2])
      let rank = try #require(Int(row[1]))
      let score = try #require(Double(row[3]))
      if user != previous.user { (previous, listed) = ((user, 0, .infinity), []) }
      if rated[user]?.contains(item) ?? true { faults.append("\(user) has rated \(item)") }
      if !listed.insert(item).inserted { faults.append("\(user) has \(item) twice") }
      if rank != previous.rank + 1 { faults.append("rank \(rank) of \(user)") }
      if isByRating, score > previous.score { faults.append("\(user)'s score rises at \(rank)") }
      if row[4] != titles[item] { faults.append("the title of \(item) is \(row[4])") }
      previous = (user, rank, score)
    }
    return faults
  }
}
