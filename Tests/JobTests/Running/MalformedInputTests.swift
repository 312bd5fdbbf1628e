import Acquisition
import Ratings
import Storage
import TestSupport
import Testing

import enum Job.ExitStatus

@testable import Job

/// Every kind of wrong input, with the exit status and the message that it ends in.
@Suite struct MalformedInputTests {
  /// Files, how a job reads them, and what comes of it.
  struct Case: Sendable, CustomTestStringConvertible {
    let files: [String: [UInt8]]
    let dataset: String
    let status: ExitStatus
    let message: String

    var testDescription: String { message }

    /// A `ratings.csv`.
    init(_ ratings: String, _ message: String, keys: String = "") {
      self.init(Array(ratings.utf8), message, keys: keys)
    }

    init(_ ratings: [UInt8], _ message: String, keys: String = "") {
      files = ["ratings.csv": ratings]
      dataset = #"{"sources": ["ratings.csv"]\#(keys.isEmpty ? "" : ", " + keys)}"#
      status = .badData
      self.message = message
    }

    /// Any files.
    init(
      files: [String: [UInt8]], _ dataset: String, _ message: String,
      status: ExitStatus = .badData
    ) {
      self.files = files
      self.dataset = dataset
      self.status = status
      self.message = message
    }

    /// A file of a format that the job describes.
    static func described(
      _ format: String, _ text: String, _ message: String, keys: String = ""
    ) -> Case {
      Case(text, message, keys: #""format": "\#(format)"\#(keys.isEmpty ? "" : ", " + keys)"#)
    }
  }

  static let header = "userId,movieId,rating,timestamp\n"
  static let fix = "; correct the row or raise max_bad_rows"

  static let rows: [Case] = [
    Case(header + "1,2,3\n", "ratings.csv:2:1: the row has 3 fields instead of 4" + fix),
    Case(header + "1,2,3,4,5\n", "ratings.csv:2:1: the row has 5 fields instead of 4" + fix),
    Case(header + "1,1,1,1\n\n1,2\n", "ratings.csv:4:1: the row has 2 fields instead of 4" + fix),
    Case(header + ",2,3,4\n", "ratings.csv:2:1: the user has no id" + fix),
    Case(header + "1,,3,4\n", "ratings.csv:2:3: the item has no id" + fix),
    Case(header + "\"\",2,3,4\n", "ratings.csv:2:1: the user has no id" + fix),
    Case(
      header + "1,2,,4\n", #"ratings.csv:2:5: the rating "" is not a finite decimal number"# + fix),
    Case(
      header + "1,2,five,4\n",
      #"ratings.csv:2:5: the rating "five" is not a finite decimal number"# + fix),
    Case(
      header + "1,2,nan,4\n",
      #"ratings.csv:2:5: the rating "nan" is not a finite decimal number"# + fix),
    Case(
      header + "1,2,inf,4\n",
      #"ratings.csv:2:5: the rating "inf" is not a finite decimal number"# + fix),
    Case(
      header + "1,2,0x3,4\n",
      #"ratings.csv:2:5: the rating "0x3" is not a finite decimal number"# + fix),
    Case(
      header + "1,2, 3,4\n",
      #"ratings.csv:2:5: the rating " 3" is not a finite decimal number"# + fix),
    Case(
      header + "1,2,\"3,5\",4\n",
      #"ratings.csv:2:5: the rating "3,5" is not a finite decimal number; decimals are written with "#
        + "a point" + fix),
    Case(header + "1,2,1e39,4\n", #"ratings.csv:2:5: the rating "1e39" is too large"# + fix),
    Case(
      header + "1,2,3,\n",
      #"ratings.csv:2:7: the timestamp "" is not a whole number of seconds"# + fix),
    Case(
      header + "1,2,3,1.5\n",
      #"ratings.csv:2:7: the timestamp "1.5" is not a whole number of seconds"# + fix),
    Case(
      header + "1,2,3,9223372036854775808\n",
      #"ratings.csv:2:7: the timestamp "9223372036854775808" is not a whole number of seconds"#
        + fix
    ),
    Case(
      header + "1,\"2\"x,3,4\n",
      "ratings.csv:2:6: there is text after the closing quote of a field" + fix),
    Case(
      header + "1,1,1,1\n1,\"2,3,4\n1,2,3,4\n",
      "ratings.csv:3:3: a quote is opened and never closed" + fix),
    Case(
      header + "1,\"" + String(repeating: "x", count: 1 << 20) + ",3,4\n",
      "ratings.csv:2:1: the row is longer than 1048576 bytes; a quote may have been left open" + fix
    ),
    Case(
      header + "1,2,\"3\u{1}\",4\n",
      #"ratings.csv:2:5: the rating "3\u{01}" is not a finite decimal number"# + fix),
    Case(
      header + "1,2,7,4\n",
      "ratings.csv:2:5: the rating 7.0 lies outside the rating_scale of 0.5 to 5.0; correct the row "
        + "or the scale", keys: #""rating_scale": {"minimum": 0.5, "maximum": 5}"#),
    Case(
      header + "1,2,3,4\n1,2,4,5\n",
      #"ratings.csv:3: user "1" rated item "2" already in line 2; remove one of the rows or set "#
        + #"duplicates to "last" or "mean""#, keys: #""duplicates": "error""#),
    Case(
      header + "1,1,1,1\nx\ny\nz\n",
      "ratings.csv has more than the 2 bad rows that max_bad_rows allows; the first is at "
        + "ratings.csv:3:1: the row has 1 fields instead of 4", keys: #""max_bad_rows": 2"#),
    Case(
      header + "1,2,3,4\n",
      "none of the 1 ratings of ratings.csv passes dataset.filters; lower the "
        + "minimums or widen the time span", keys: #""filters": {"min_user_ratings": 2}"#),
    Case(
      "userId,movieId,rating\n1,2,3\n",
      "filters.since and filters.until need timestamps and ratings.csv has none; name their column "
        + "in dataset.columns or leave the filters out",
      keys: #""filters": {"since": "2026-01-01"}"#),
  ]

  static let headers: [Case] = [
    Case("", "ratings.csv has no rating; check that the file is complete"),
    Case("\n\n", "ratings.csv has no rating; check that the file is complete"),
    Case("\u{FEFF}", "ratings.csv has no rating; check that the file is complete"),
    Case(header, "ratings.csv has no rating; check that the file is complete"),
    Case(
      "1,2,3,4\n",
      #"ratings.csv:1:1: the header has no column "userId"; it has "1", "2", "3", "4""#),
    Case(
      "userId;movieId;rating\n1;2;3\n",
      #"ratings.csv:1:1: the header has no column "userId"; it has "userId;movieId;rating""#),
    Case(
      "USERID,movieId,rating\n",
      #"ratings.csv:1:1: the header has no column "userId"; it has "USERID", "movieId", "rating""#),
    Case(
      "userId,movieId,rating,rating\n1,2,3,4\n",
      #"ratings.csv:1:1: the header names the column "rating" twice; name it by its position"#),
    Case(
      "<!doctype html><html><body>Not found</body></html>\n",
      #"ratings.csv:1:1: the header has no column "userId"; it has "#
        + #""<!doctype html><html><body>Not found</body></html>""#),
    .described(
      "delimited", "\n\nuser,item\n1,2\n",
      #"ratings.csv:3:1: the header has no column "rating"; it has "user", "item""#),
    .described(
      "delimited", "user,item,rating\n1,2,3\n",
      #"ratings.csv:1:1: the header has no column "at"; it has "user", "item", "rating""#,
      keys: #""columns": {"timestamp": "at"}"#),
    .described(
      "delimited", "1,2\n",
      "ratings.csv:1:1: there is no column 2, counted from 0: the row has 2 fields; correct the "
        + "delimiter or the columns",
      keys: #""header": false, "columns": {"user": 0, "item": 1, "rating": 2}"#),
    .described(
      "delimited", "1,2,3\n1,2\n", "ratings.csv:2:1: the row has 2 fields instead of 3" + fix,
      keys: #""header": false, "columns": {"user": 0, "item": 1, "rating": 2}"#),
    .described(
      "delimited", "", "ratings.csv has no rating; check that the file is complete",
      keys: #""header": false, "columns": {"user": 0, "item": 1, "rating": 2}"#),
    .described(
      "delimited", "user\titem\trating\tt\n1\t2\t3\tyesterday\n",
      #"ratings.csv:2:7: the timestamp "yesterday" is not a date and time as ISO 8601 writes it"#
        + fix,
      keys: #""delimiter": "\t", "columns": {"timestamp": "t"}, "timestamps": "iso8601""#),
    .described(
      "delimited", "user,item,rating,t\n1,2,3,2026-02-30\n",
      #"ratings.csv:2:7: the timestamp "2026-02-30" is not a date and time as ISO 8601 writes it"#
        + fix, keys: #""columns": {"timestamp": "t"}, "timestamps": "iso8601""#),
  ]

  static let encodings: [Case] = [
    Case(
      Array((header + "1,L").utf8) + [0xE9] + Array("on,3,4\n".utf8),
      "ratings.csv:2:3: the id of the item is not UTF-8 text" + fix),
    Case(
      Array((header + "1,").utf8) + [0xED, 0xA0, 0x80] + Array(",3,4\n".utf8),
      "ratings.csv:2:3: the id of the item is not UTF-8 text" + fix),
    Case(
      [0xFF, 0xFE] + Array(header.utf16.flatMap { [UInt8(truncatingIfNeeded: $0), 0] }),
      #"ratings.csv:1: the file is in UTF-16; set "encoding" to "utf-16""#),
    utf16(
      "user,item,rating\n",
      "ratings.csv:1: there is no byte order mark; give the encoding as "
        + #""utf-16le" or "utf-16be""#, encoding: "utf-16"),
    utf16(
      "\u{FEFF}user,item,rating\n",
      "ratings.csv:1: the byte order mark is that of the other order of bytes",
      encoding: "utf-16be"),
    utf16(
      "user,item,rating\n1,2,3\n", "ratings.csv:3: the file ends within a character",
      encoding: "utf-16le", more: [0x31]),
    utf16(
      "user,item,rating\n1,", "ratings.csv:2: a surrogate stands alone", encoding: "utf-16le",
      more: [0x00, 0xDC]),
    utf16(
      "user,item,rating\n1,", "ratings.csv:2: the file ends within a character",
      encoding: "utf-16le", more: [0x00, 0xD8]),
  ]

  static let nested = String(repeating: "[", count: 70)

  static let objects: [Case] = [
    json(#"["user"]"#, "1:1: the line is not a JSON object"),
    json(#"{"user": 1, "item": 2}"#, #"1:1: the object has no "rating""#),
    json(#"{"user": 1, "item": 2, "rating": 3"#, #"1:34: "}" is missing here"#),
    json(#"{"user": 1, "item": 2, "rating": 3} x"#, "1:37: there is text after the object"),
    json(#"{"user": 1, "user": 2, "item": 2, "rating": 3}"#, #"1:13: "user" is written twice"#),
    json(#"{"user": 01, "item": 2, "rating": 3}"#, #"1:11: "}" is missing here"#),
    json(#"{"user": true, "item": 2, "rating": 3}"#, "1:10: a string or a number is expected here"),
    json(
      #"{"user": {"id": 1}, "item": 2, "rating": 3}"#,
      "1:10: a string or a number is expected here"),
    json(
      #"{"user": [1], "item": 2, "rating": 3}"#, "1:10: the array holds other things than strings"),
    json(#"{"user": null, "item": 2, "rating": 3}"#, "1:10: the user has no id"),
    json(#"{"user": "", "item": 2, "rating": 3}"#, "1:10: the user has no id"),
    json(
      #"{"user": 1, "item": 2, "rating": "x"}"#,
      #"1:34: the rating "x" is not a finite decimal number"#),
    json(#"{"user": "a\q", "item": 2, "rating": 3}"#, "1:13: an escape is unknown"),
    json(
      #"{"user": "\u12", "item": 2, "rating": 3}"#, "1:12: an escape lacks four hexadecimal digits"),
    json(
      #"{"user": "\ud800", "item": 2, "rating": 3}"#, "1:10: the id of the user is not UTF-8 text"),
    json(
      "{\"user\": \"a\tb\", \"item\": 2, \"rating\": 3}", "1:12: a string holds a control character"
    ),
    json(#"{"user": "1, "item": 2, "rating": 3}"#, #"1:15: "}" is missing here"#),
    json(#"{"user": -, "item": 2, "rating": 3}"#, "1:11: a value is expected here"),
    json(#"{"user": 1., "item": 2, "rating": 3}"#, "1:12: a number has no digit after its point"),
    json(#"{"user": 1e, "item": 2, "rating": 3}"#, "1:12: a number has no digit in its exponent"),
    json(#"{'user': 1}"#, "1:2: a string is expected here"),
    json(#"{"user": 1 "item": 2}"#, #"1:12: "}" is missing here"#),
    json(
      #"{"x": "# + nested + "}",
      "1:70: the values are nested too deep"),
    json(#"{"user": nul, "item": 2, "rating": 3}"#, "1:10: a value is expected here"),
  ]

  /// Text members.
  static func files(
    _ texts: KeyValuePairs<String, String>, _ dataset: String, _ message: String,
    status: ExitStatus = .badData
  ) -> Case {
    Case(
      files: Dictionary(uniqueKeysWithValues: texts.map { ($0.key, Array($0.value.utf8)) }),
      dataset,
      message, status: status)
  }

  static let aRow = header + "1,2,3,4\n"
  static let flags = "2|Two|||" + String(repeating: "|0", count: 18) + "|2\n"

  static let members: [Case] = [
    files(
      [:], #"{"sources": ["no.zip"]}"#,
      "no.zip does not exist; correct dataset.sources in the job file.", status: .inputMissing),
    files(
      ["a/readme.txt": ""], #"{"sources": ["a"]}"#,
      "no known ratings file (ratings.csv, u.data or ratings.dat) was found; name the member as "
        + #"dataset.ratings; the dataset has "readme.txt""#),
    files(
      ["a/x/ratings.csv": "", "a/y/ratings.csv": ""], #"{"sources": ["a"]}"#,
      "several members could be the file that is looked for; name one of them in the job: "
        + #""x/ratings.csv", "y/ratings.csv""#),
    files(
      ["a/ratings.csv": ""], #"{"sources": ["a"], "ratings": "r.csv"}"#,
      #"the dataset has no member "r.csv"; it has "ratings.csv""#),
    files(
      ["a/ratings.csv": "", "a/b": ""], #"{"sources": ["a"], "format": "jsonl"}"#,
      "several members could be the file that is looked for; name one of them in the job: "
        + #""b", "ratings.csv""#),
    files(
      ["a/ratings.csv": aRow, "a/movies.csv": ""],
      #"{"sources": ["a"]}"#,
      #"movies.csv:1:1: the header has no column "movieId"; it has nothing"#),
    files(
      [
        "ratings.csv": aRow,
        "movies.csv": "movieId,title,genres\n2,Two, Too,Drama\n",
      ], #"{"sources": ["ratings.csv"], "items": {"sources": ["movies.csv"]}}"#,
      "movies.csv:2:1: the row has 4 fields instead of 3" + fix),
    files(
      ["u.data": "1\t2\t3\t4\n", "u.item": "2|Two|||\n"],
      #"{"sources": ["u.data"], "items": {"sources": ["u.item"]}}"#,
      "u.item:1:1: the row has 5 fields instead of 24" + fix),
    files(
      [
        "u.data": "1\t2\t3\t4\n",
        "u.item": flags,
      ], #"{"sources": ["u.data"], "items": {"sources": ["u.item"]}}"#,
      #"u.item:1:46: the genre flag "2" is neither 0 nor 1"# + fix),
    files(
      ["ratings.dat": "1::2::3\n"], #"{"sources": ["ratings.dat"]}"#,
      "ratings.dat:1:1: the row has 3 fields instead of 4" + fix),
    files(
      ["ratings.csv": aRow],
      #"{"sources": ["ratings.csv"], "items": {"sources": ["no.csv"]}}"#,
      "no.csv does not exist; correct dataset.sources in the job file.", status: .inputMissing),
  ]

  static func json(_ line: String, _ message: String) -> Case {
    .described("jsonl", line + "\n", "ratings.csv:" + message + fix)
  }

  static func utf16(
    _ text: String, _ message: String, encoding: String, more: [UInt8] = []
  ) -> Case {
    let bytes = text.utf16.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8($0 >> 8)] }
    return Case(
      bytes + more, message, keys: #""format": "delimited", "encoding": "\#(encoding)""#)
  }

  @Test(arguments: rows + headers + encodings + objects + members)
  func endsInItsMessage(_ input: Case) async throws {
    let directory = try TemporaryDirectory()
    for (name, bytes) in input.files {
      try FileSystem.makeDirectory(PathName.parent(of: directory.path(name)))
      try directory.write(bytes, to: name)
    }
    try directory.write(#"{"name": "x", "dataset": \#(input.dataset)}"#, to: "job.json")
    let jobFile = try JobFile(contentsOf: directory.path("job.json"))
    let plan = try Plan(jobFile)
    do {
      let fetched = try await DatasetFetch(jobFile, plan).run()
      _ = try DatasetReading.read(fetched, options: plan.dataset)
      Issue.record("the input was read")
    } catch {
      let message = "\(error)".replacing(directory.path + "/", with: "")
      #expect(message == input.message)
      #expect(ExitStatus(error) == input.status)
    }
  }
}
