import Acquisition
import Publishing
import Ratings
import Storage

extension Exploration {
  /// The columns that lines keep within, unless ids are long.
  private static let width = 100

  /// What a terminal shows.
  public var text: String {
    let sections = [
      ["\(name): \(headline)"], factLines, firstRatings, firstItems, histogram, activity, time,
      crossTable,
    ]
    return sections.filter { !$0.isEmpty }.map { $0.joined(separator: "\n") + "\n" }
      .joined(separator: "\n").withPlainSpaces
  }

  /// Names and values, line by line.
  private var factLines: [String] {
    let width = facts.map(\.name.count).max() ?? 0
    return facts.map { fact in
      "  \(fact.name)\(String(repeating: " ", count: width - fact.name.count))  \(fact.value)"
    }
  }

  /// What is said of the dataset in single numbers.
  var facts: [(name: String, value: String)] {
    let report = dataset.report
    func skipped(_ rows: [SkippedRows]) -> String {
      rows.map { "\(FigureText.count($0.count)) \($0.reason.rawValue)" }.joined(separator: ", ")
    }
    var facts = [
      ("source", fetched.dataset.shownOrigin.printable),
      ("sha256", fetched.dataset.sha256.hex),
    ]
    if let items = fetched.items {
      facts += [
        ("items file", items.shownOrigin.printable), ("its sha256", items.sha256.hex),
      ]
    }
    facts.append(("rows read", FigureText.count(report.rowsRead)))
    if !report.skipped.isEmpty { facts.append(("rows skipped", skipped(report.skipped))) }
    if !report.skippedItems.isEmpty {
      facts.append(("item rows skipped", skipped(report.skippedItems)))
    }
    if report.duplicatesMerged > 0 {
      facts.append(("repeated ratings", "\(FigureText.count(report.duplicatesMerged)) merged"))
    }
    if let filtered = report.filtered {
      facts.append(
        (
          "filtered out",
          FigureText.count(filtered.outsideTimeSpan + filtered.belowMinimum) + " ratings, "
            + "\(FigureText.count(filtered.usersDropped)) users and "
            + "\(FigureText.count(filtered.itemsDropped)) items"
        ))
    }
    facts.append(
      (
        "sparsity",
        "\(FigureText.percent(profile.sparsity, digits: 2)): of "
          + "\(FigureText.count(profile.users)) × \(FigureText.count(profile.items)) pairs "
          + "\(FigureText.percent(profile.density, digits: 2)) have a rating"
      ))
    if report.unratedItems > 0 {
      facts.append(
        ("without a rating", "\(FigureText.count(report.unratedItems)) more items, left out"))
    }
    return facts
  }

  private var firstRatings: [String] {
    let columns = dataset.ratings
    let hasTimes = columns.hasTimestamps
    var table = TextTable(
      ["user", "item", "rating"] + (hasTimes ? ["time (UTC)"] : []),
      [.right, .right, .right] + (hasTimes ? [.left] : []))
    let count = min(Self.firstRows, columns.count)
    for row in 0..<count {
      let rating = columns[row]
      table.add(
        [
          TextTable.clipped(dataset.users.label(of: rating.user), to: 36),
          TextTable.clipped(dataset.items.label(of: rating.item), to: 36),
          FigureText.short(Double(rating.value)),
        ] + (hasTimes ? [rating.timestamp.map { Self.time($0) } ?? ""] : []))
    }
    return ["Ratings: the first \(count) of \(FigureText.count(columns.count))", ""]
      + table.indentedLines
  }

  private var firstItems: [String] {
    let counts = countsOfFirstItems
    let hasDetails = !dataset.itemDetails.isEmpty
    var table = TextTable(
      ["item", "ratings"] + (hasDetails ? ["title", "genres"] : []),
      [.right, .right] + (hasDetails ? [.left, .left] : []))
    for (item, count) in zip(dataset.items.indices, counts) {
      table.add(
        [
          TextTable.clipped(dataset.items.label(of: item), to: hasDetails ? 20 : 60),
          FigureText.count(count),
        ]
          + (hasDetails
            ? [
              TextTable.clipped(title(of: item) ?? "", to: 40),
              TextTable.clipped(genres(of: item).joined(separator: ", "), to: 32),
            ] : []))
    }
    return ["Items: the first \(counts.count) of \(FigureText.count(profile.items))", ""]
      + table.indentedLines
  }

  /// What the histogram is headed by: mean, median and standard deviation.
  var distributionText: String {
    "mean \(FigureText.short(profile.distribution.mean)), median "
      + "\(FigureText.short(profile.distribution.median)), standard deviation "
      + FigureText.short(profile.distribution.standardDeviation)
  }

  private var histogram: [String] {
    let bins = profile.distribution.bins
    let greatest = bins.map(\.count).max() ?? 0
    var table = TextTable(["rating", "ratings", "share", ""], [.right, .right, .right, .left])
    for bin in bins {
      table.add([
        Self.name(of: bin), FigureText.count(bin.count),
        FigureText.percent(Double(bin.count) / Double(profile.ratings)),
        TextChart.bar(bin.count, of: greatest, width: 50),
      ])
    }
    return ["How ratings are given: \(distributionText)", ""] + table.indentedLines
  }

  /// How the activity of users and items is called, with the numbers of each.
  var activities: [(name: String, members: String, profile: ActivityProfile)] {
    [
      ("ratings of a user", "users", profile.userActivity),
      ("ratings of an item", "items", profile.itemActivity),
    ]
  }

  private var activity: [String] {
    var quantiles = TextTable(
      ["", "min", "25 %", "median", "75 %", "90 %", "99 %", "max", "mean", "one rating", "Gini"],
      [.left] + Array(repeating: .right, count: 10))
    var shares = TextTable(
      ["share of all ratings"] + Self.mostActive.map { "top \($0) %" },
      [.left] + Self.mostActive.map { _ in .right })
    var lines: [String] = []
    for (name, members, activity) in activities {
      let mean = Double(activity.ratings) / Double(activity.members)
      quantiles.add(
        [name] + activity.quantiles.map { FigureText.count($0.count) } + [
          FigureText.fixed(mean, digits: 1),
          FigureText.percent(Double(activity.withOneRating) / Double(activity.members)),
          FigureText.fixed(activity.gini, digits: 2),
        ])
      shares.add(
        ["the \(members == "items" ? "most rated" : "most active") \(members)"]
          + Self.mostActive.map {
            FigureText.percent(activity.shareOfRatings(ofMostActive: $0))
          })
      let first = activity.doublings.firstIndex { $0 > 0 } ?? 0
      let end = FigureText.count(1 << activity.doublings.count - 1)
      lines.append(
        "  \(members) with \(FigureText.count(1 << first)) "
          + "\(TextChart.sparkline(Array(activity.doublings[first...]))) \(end) ratings")
    }
    return ["How active users and items are", ""] + quantiles.indentedLines + [""]
      + shares.indentedLines + [""] + lines.map { $0 + " (each column doubles the number)" }
  }

  private var time: [String] {
    guard let time = profile.time else { return ["Ratings in time: the dataset has no timestamps"] }
    let months = time.monthsPerPeriod
    var lines = [
      "Ratings in time: \(Self.time(time.first, isDay: true)) to "
        + "\(Self.time(time.last, isDay: true)), by \(Self.length(ofPeriods: months))", "",
    ]
    guard let first = time.periods.first, let last = time.periods.last else { return lines }
    guard time.periods.count > 1 else {
      return lines + ["  all in \(Self.name(of: first, months: months))"]
    }
    lines.append(
      "  \(Self.name(of: first, months: months)) "
        + "\(TextChart.sparkline(time.periods.map(\.count))) \(Self.name(of: last, months: months))"
    )
    // The first of equal ones.
    let most = time.periods.reduce(first) { $1.count > $0.count ? $1 : $0 }
    let least = time.periods.reduce(first) { $1.count < $0.count ? $1 : $0 }
    lines.append(
      "  most in \(Self.name(of: most, months: months)) (\(FigureText.count(most.count))), "
        + "least in \(Self.name(of: least, months: months)) (\(FigureText.count(least.count)))")
    return lines
  }

  private var crossTable: [String] {
    let table = profile.crossTable
    let users = table.users.map { TextTable.clipped(dataset.users.label(of: $0.index), to: 20) }
    let items = table.items.map { dataset.items.label(of: $0.index) }
    // Where the ids are too long to stand above the columns, letters stand for them.
    let isNarrow =
      (users.map(\.count).max() ?? 0) + items.reduce(8) { $0 + max($1.count, 3) + 2 } <= Self.width
    let letters = items.indices.map { String(Unicode.Scalar(UInt8(65 + $0))) }
    var cells = TextTable(
      ["user"] + (isNarrow ? items : letters), Array(repeating: .right, count: items.count + 1))
    for (user, ratings) in zip(users, table.ratings) {
      cells.add([user] + ratings.map { $0.map { FigureText.short(Double($0), digits: 2) } ?? "·" })
    }
    let hasTitles = !dataset.itemDetails.isEmpty
    var legend = TextTable(
      (isNarrow ? [] : [""]) + ["item", "ratings"] + (hasTitles ? ["title"] : []),
      (isNarrow ? [] : [.left]) + [.right, .right] + (hasTitles ? [.left] : []))
    for (item, letter) in zip(table.items, letters) {
      legend.add(
        (isNarrow ? [] : [letter])
          + [
            TextTable.clipped(dataset.items.label(of: item.index), to: 40),
            FigureText.count(item.count),
          ] + (hasTitles ? [TextTable.clipped(title(of: item.index) ?? "", to: 60)] : []))
    }
    return [
      "The \(users.count) most active users by the \(items.count) most rated items", "",
    ] + cells.indentedLines + [""] + legend.indentedLines
  }
}
