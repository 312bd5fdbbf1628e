import Foundation
import Ratings
import Storage

/// What is said of a dataset for which a job file was written.
struct StartingReport {
  let source: String
  let job: String
  let name: String
  let data: StartingData
  let read: RatingsDataset?
  let failure: RatingsError?

  /// The whole text.
  var text: String {
    ([found, guesses, figures, next].filter { !$0.isEmpty }.map { $0.joined(separator: "\n") })
      .joined(separator: "\n\n").printableLines + "\n"
  }

  private var found: [String] {
    switch data.content {
    case .known(let layout):
      var lines = ["\(source): the layout \(layout.format.rawValue), told by its names"]
      lines.append("  ratings: \(layout.ratingsMember), for example \(data.example)")
      lines.append("  titles and genres: \(layout.itemsMember ?? "none")")
      return lines
    case .described(let ratings, let items):
      let place = data.memberCount > 1 ? "\(source), \(ratings.name)" : source
      var lines = ["\(place): \(Self.form(ratings.guess))", ""]
      lines += ratings.guess.table(indentation: "  ")
      if let items {
        lines += ["", "\(source), \(items.name): \(Self.form(items.guess)), for the titles", ""]
        lines += items.guess.table(indentation: "  ")
      }
      return lines
    }
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
    guard case .described(let ratings, let items) = data.content else { return [] }
    var lines = ratings.guess.remarks.map { "A guess: \($0)." }
    for guess in ratings.guess.roles.guesses {
      guard let column = ratings.guess.roles.columns[guess.role] else { continue }
      lines.append(
        "A guess: \(ratings.guess.table.title(column)) is the \(guess.role.rawValue), since "
          + "\(guess.reason == "by a word in its name" ? "a word in its name says so" : guess.reason)."
      )
    }
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
    if items == nil, ratings.guess.roles.columns[.title] != nil {
      lines.append(
        "Titles stand beside the ratings; recjob reads them from a member or file of their own "
          + "(dataset.items).")
    }
    return lines
  }

  private var figures: [String] {
    if let failure {
      return [
        "Not every row can be read, and a run would end so:", "  \(failure)",
        "Correct the rows, or set dataset.max_bad_rows in \(job) to skip some.",
      ]
    }
    guard let read else { return [] }
    let report = read.report
    var line =
      "\(read.ratings.count) ratings from \(DecimalText.shortest(read.scale.minimum)) to "
      + "\(DecimalText.shortest(read.scale.maximum)), by \(read.users.count) users of "
      + "\(read.items.count) items"
    if let oldest = report.oldestTimestamp, let newest = report.newestTimestamp {
      line += ", from \(Self.day(oldest)) to \(Self.day(newest))"
    }
    var lines = [line + "."]
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

  private var next: [String] {
    [
      "Wrote \(job). Next:",
      "  recjob validate \(job)",
      "  recjob explore \(job)",
      "  recjob run \(job)",
      "  recjob doctor \(job)",
      "A run publishes to out/\(name) beside \(job). For every night: cron/install, or a line in a "
        + "crontab:",
      "  30 4 * * * recjob run /etc/recjob/\(name).json --output /var/lib/recjob/\(name)",
    ]
  }

  private static func day(_ seconds: Int64) -> String {
    Exploration.time(seconds, isDay: true)
  }
}
