import Foundation
import Ratings
import Storage

/// The words with which a starting job was asked for.
struct StartingCommand {
  let source: String
  let items: String?
  let output: String?
  let named: NamedColumns

  /// The command that takes other columns for users and items, and replaces the job file.
  func text(user: String, item: String) -> String {
    var words = ["recjob", "init", source, "--user", user, "--item", item]
    for (option, value) in [
      ("--rating", named.rating), ("--timestamp", named.timestamp), ("--items", items),
      ("--output", output),
    ] {
      if let value { words += [option, value] }
    }
    return ShellText.command(words + ["--force"])
  }
}

/// What is said of a dataset for which a job file was written.
struct StartingReport {
  let command: StartingCommand
  let source: String
  let job: String
  let name: String
  let data: StartingData
  let items: StartingItems?
  /// The dataset, without the rows that cannot be read.
  let read: RatingsDataset?
  let failure: RatingsError?
  /// The program, as a crontab has to name it.
  let program: String

  /// The whole text.
  var text: String {
    ([found, foundItems, guesses, figures, next, otherWay].filter { !$0.isEmpty }.map {
      $0.joined(separator: "\n")
    })
    .joined(separator: "\n\n").printableLines + "\n"
  }

  private var found: [String] {
    switch data.content {
    case .known(let layout):
      var lines = ["\(source): the layout \(layout.format.rawValue), told by its names"]
      lines.append("  ratings: \(layout.ratingsMember), for example \(data.example)")
      if items == nil {
        lines.append("  titles and genres: \(layout.itemsMember ?? "none")")
      }
      return lines
    case .described(let ratings, let list):
      let place = data.memberCount > 1 ? "\(source), \(ratings.name)" : source
      var lines = ["\(place): \(Self.form(ratings.guess))", ""]
      lines += ratings.guess.table(indentation: "  ")
      if items == nil, let list {
        lines += [""] + Self.table(of: list, in: "\(source), \(list.name)")
      }
      return lines
    }
  }

  private var foundItems: [String] {
    guard let items else { return [] }
    let place =
      items.isOneOfSeveral ? "\(items.shownSource), \(items.member.name)" : items.shownSource
    return Self.table(of: items.member, in: place)
  }

  private static func table(of list: StartingData.Member, in place: String) -> [String] {
    ["\(place): \(form(list.guess)), for the titles", ""] + list.guess.table(indentation: "  ")
  }

  private static func form(_ guess: LayoutGuess) -> String {
    guard guess.format == .delimited else { return "a JSON object a line" }
    let delimiter =
      switch guess.rows.delimiter {
      case "\t": "tabs"
      case " ": "spaces"
      default: "\"\(guess.rows.delimiter)\""
      }
    return "\(guess.table.count) columns with \(delimiter) between them, "
      + (guess.rows.header ? "named by the first row" : "without names")
  }

  private var guesses: [String] {
    let ofItems = items.map { Self.guesses(of: $0.member.guess) } ?? []
    guard case .described(let ratings, let list) = data.content else { return ofItems }
    var lines = Self.guesses(of: ratings.guess) + ofItems
    let roles = ratings.guess.roles
    if let column = roles.unreadableTimes {
      let example = ratings.guess.table.cells(column).first ?? ""
      lines.append(
        "\(ratings.guess.table.title(column)) has times such as \"\(example)\", which are left out: "
          + "what is read are seconds or milliseconds since 1970 and ISO 8601 (2026-11-26T04:30:00Z)."
      )
    } else if let columns = roles.candidates[.timestamp] {
      lines.append(
        "Several columns are times (\(columns.map(ratings.guess.table.title).joined(separator: ", "))"
          + "); none is used: name one as dataset.columns.timestamp.")
    }
    if items == nil, list == nil {
      lines.append(
        ratings.guess.roles.columns[.title] == nil
          ? "The lists will have no titles: \"--items FILE\" takes them from a file of items."
          : "Titles stand beside the ratings; recjob reads them from a file of their own (--items FILE)."
      )
    }
    return lines
  }

  private static func guesses(of guess: LayoutGuess) -> [String] {
    var lines = guess.remarks.map { "A guess: \($0)." }
    for (role, reason) in guess.roles.guesses {
      guard let column = guess.roles.columns[role] else { continue }
      lines.append(
        "A guess: \(guess.table.title(column)) is the \(role.rawValue), since "
          + "\(reason == "by a word in its name" ? "a word in its name says so" : reason).")
    }
    return lines
  }

  private var figures: [String] {
    var lines: [String] = []
    if let failure {
      lines = ["Not every row can be read, and a run would end so:", "  \(failure)"]
      if let bad = badRows { lines.append("Rows like that: \(bad). Of the others:") }
    }
    guard let read else { return lines }
    let report = read.report
    var line =
      "\(read.ratings.count) ratings from \(DecimalText.shortest(read.scale.minimum)) to "
      + "\(DecimalText.shortest(read.scale.maximum)), by \(read.users.count) users of "
      + "\(read.items.count) items"
    if let oldest = report.oldestTimestamp, let newest = report.newestTimestamp {
      line += ", from \(Self.day(oldest)) to \(Self.day(newest))"
    }
    lines.append(line + ".")
    let titled = read.itemDetails.count { $0.title != nil }
    if !read.itemDetails.isEmpty {
      lines.append(
        titled > 0
          ? "\(titled) of the \(read.items.count) items have a title."
          : "No rated item has a title: the ids of the items are others than those of the ratings.")
    }
    if report.duplicatesMerged > 0 {
      lines.append(
        "\(report.duplicatesMerged) rows rate again what their user rated before; the last counts "
          + "(dataset.duplicates).")
    }
    if read.scale.minimum == read.scale.maximum {
      lines.append("All ratings are equal: there is nothing to learn from them but who chose what.")
    }
    return lines
  }

  /// The most rows of a file that cannot be read, if some of all the rows can.
  private var badRows: Int? {
    guard failure != nil, let read else { return nil }
    let counts = [read.report.skipped, read.report.skippedItems].map { rows in
      rows.reduce(0) { $0 + $1.count }
    }
    return counts.max()
  }

  private var next: [String] {
    let commands = ["validate", "explore", "run", "doctor"].map {
      "  " + ShellText.command(["recjob", $0, job])
    }
    let cron = [
      "A run publishes to out/\(name) beside \(job). For every night, a line for \"crontab -e\":",
      "  30 4 * * * "
        + ShellText.cronCommand([program, "run", ShellText.absolute(job), "--quiet"])
        + " >/dev/null",
      "cron/README.md installs it as a service instead, with a user, a timer and places of its own.",
    ]
    guard failure != nil else {
      return ["Wrote \(job). Next:"] + commands + cron
        + [
          "A run takes the data as it finds it; \"dataset.sha256\" or \"pin\": \"lock\" hold it to what "
            + "is there now."
        ]
    }
    guard let badRows else {
      return ["Wrote \(job), which needs a correction, of the data or of the job:", commands[0]]
    }
    return [
      "Wrote \(job). Correct the rows and go on with", commands[2],
      "or have them skipped, by \"max_bad_rows\": \(badRows) in its \"dataset\", or for once by",
      "\(commands[2]) --set dataset.max_bad_rows=\(badRows)",
    ] + cron
  }

  /// What to do where the order of the columns told users from items, and told wrong.
  private var otherWay: [String] {
    guard case .described(let ratings, _) = data.content, ratings.guess.roles.areOrdered,
      let user = ratings.guess.roles.columns[.user], let item = ratings.guess.roles.columns[.item]
    else { return [] }
    let table = ratings.guess.table
    let other = command.text(user: table.reference(item).text, item: table.reference(user).text)
    return ["If it is the other way round: \(other)"]
  }

  private static func day(_ seconds: Int64) -> String {
    Exploration.time(seconds, isDay: true)
  }
}
