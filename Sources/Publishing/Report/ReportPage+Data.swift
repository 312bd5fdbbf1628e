import Storage

extension ReportPage {
  /// What the run was trained on.
  var dataSection: HTMLDocument.Section? {
    guard let data = metrics["data"], data["ratings"] != nil else { return nil }
    var content = [
      HTMLDocument.facts(facts(data)), rowsNote(data),
    ]
    content.append(
      HTMLDocument.row([histogram?.markup, periods?.markup, activity?.markup].compactMap(\.self)))
    content.append(activityTable)
    if let crossTable { content += crossTable }
    return HTMLDocument.Section("data", "Data", content)
  }

  private func facts(_ data: JSONValue) -> [(name: String, value: Markup)] {
    var facts: [(name: String, value: Markup)] = [
      ("Ratings", Markup(Self.count(data["ratings"]))),
      ("Users", Markup(Self.count(data["users"]))),
      ("Items", Markup(Self.count(data["items"]))),
      (
        "Sparsity",
        Markup(
          data["density"]?.doubleValue.map { FigureText.percent(1 - $0, digits: 2) }
            ?? FigureText.missing)
      ),
      ("Mean rating", Markup(Self.fixed(data["mean_rating"], digits: 3))),
      (
        "Scale",
        Markup(
          "\(Self.short(data.at("rating_scale", "minimum"))) to "
            + Self.short(data.at("rating_scale", "maximum")))
      ),
    ]
    if let oldest = data["oldest_timestamp"]?.intValue,
      let newest = data["newest_timestamp"]?.intValue
    {
      facts.append(("Oldest rating", Markup(FigureText.day(oldest))))
      facts.append(("Newest rating", Markup(FigureText.day(newest))))
    }
    return facts
  }

  static func short(_ value: JSONValue?) -> String {
    value?.doubleValue.map { FigureText.short($0) } ?? FigureText.missing
  }

  /// What became of the rows that were read.
  private func rowsNote(_ data: JSONValue) -> Markup {
    func sum(_ value: JSONValue?) -> Int {
      (value?.objectValue ?? []).reduce(0) { $0 &+ ($1.value.intValue ?? 0) }
    }
    var texts = ["\(Self.plural(data["rows_read"]?.intValue, "row")) read"]
    let skipped = sum(data["rows_skipped"])
    if skipped > 0 { texts.append("\(FigureText.count(skipped)) skipped as bad") }
    if let merged = data["duplicates_merged"]?.intValue, merged > 0 {
      texts.append("\(FigureText.count(merged)) merged into others of the same user and item")
    }
    if let filtered = data["filtered"], filtered != .null {
      let ratings = ["outside_time_span", "below_minimum"].reduce(0) {
        $0 &+ (filtered[$1]?.intValue ?? 0)
      }
      texts.append(
        "\(Self.plural(ratings, "rating")), "
          + "\(Self.plural(filtered["users_dropped"]?.intValue, "user")) and "
          + "\(Self.plural(filtered["items_dropped"]?.intValue, "item")) taken out by filters")
    }
    if let unrated = data["unrated_items"]?.intValue, unrated > 0 {
      texts.append("\(Self.plural(unrated, "item")) of the items file without a rating left out")
    }
    return HTMLDocument.note(Markup(texts.joined(separator: "; ") + "."))
  }

  private var histogram: BarChart? {
    let bins = report.at("data", "distribution", "bins")?.elements ?? []
    guard !bins.isEmpty else { return nil }
    let labels = bins.map { bin in
      let (lower, upper) = (Self.short(bin["lower"]), Self.short(bin["upper"]))
      return lower == upper ? lower : "\(lower)–\(upper)"
    }
    let counts = bins.map { $0["ratings"]?.doubleValue ?? 0 }
    let all = counts.reduce(0, +)
    let most = counts.indices.max { counts[$0] < counts[$1] } ?? 0
    return BarChart(
      "ratings", title: "How often each rating was given",
      description: "Bars by rating. The most frequent is \(labels[most]), with "
        + "\(FigureText.percent(all > 0 ? counts[most] / all : 0)) of the ratings; the median is "
        + "\(Self.short(report.at("data", "distribution", "median"))).",
      x: "rating", y: "ratings", labels: labels, series: [BarChart.Series("ratings", counts)])
  }

  private var periods: BarChart? {
    let counts = report.at("data", "time", "periods")?.elements ?? []
    guard counts.count > 1 else { return nil }
    let months = report.at("data", "time", "months_per_period")?.intValue ?? 1
    let labels = counts.map { period in
      let year = "\(period["year"]?.intValue ?? 0)"
      let month = period["month"]?.intValue ?? 1
      return months < 12 ? "\(year)-\(month < 10 ? "0" : "")\(month)" : year
    }
    let values = counts.map { $0["ratings"]?.doubleValue ?? 0 }
    let most = values.indices.max { values[$0] < values[$1] } ?? 0
    let unit = months < 12 ? "month" : months == 12 ? "year" : "\(months / 12) years"
    return BarChart(
      "periods", title: "Ratings by \(unit)",
      description:
        "Bars by \(unit), from \(labels[0]) to \(labels[labels.count - 1]). The most are "
        + "in \(labels[most]): \(FigureText.short(values[most])).",
      x: unit, y: "ratings", labels: labels, series: [BarChart.Series("ratings", values)])
  }

  private var activity: LineChart? {
    func curve(_ name: String) -> [(x: Double, y: Double)] {
      let points = (report.at("data", "\(name)_activity", "curve")?.elements ?? []).compactMap {
        point in
        point["rank"]?.doubleValue.flatMap { rank in
          point["ratings"]?.doubleValue.map { (x: rank, y: $0) }
        }
      }
      // The curve begins at the most active one, and not where the first hundredth ends.
      guard let greatest = report.at("data", "\(name)_activity", "quantiles", "max")?.doubleValue,
        let first = points.first, first.x > 1
      else { return points }
      return [(1, greatest)] + points
    }
    let (users, items) = (curve("user"), curve("item"))
    guard !users.isEmpty, !items.isEmpty else { return nil }
    func sentence(_ name: String) -> String {
      let quantiles = report.at("data", "\(name)_activity", "quantiles")
      return
        "The most active \(name) has \(Self.count(quantiles?["max"])) ratings, the middle one "
        + "\(Self.count(quantiles?["median"])), the least \(Self.count(quantiles?["min"]))."
    }
    return LineChart(
      "activity", title: "Ratings of each user and item, from the most active down",
      description: "Two falling curves on logarithmic scales. \(sentence("user")) "
        + sentence("item"),
      x: "place by number of ratings", y: "ratings", divisions: (.logarithmic, .logarithmic),
      series: [LineChart.Series("users", users), LineChart.Series("items", items)])
  }

  private var activityTable: Markup {
    guard let users = report.at("data", "user_activity"),
      let items = report.at("data", "item_activity")
    else {
      return .empty
    }
    let names = (users["quantiles"]?.objectValue ?? []).map(\.key)
    var table = HTMLTable(
      "Ratings per user and per item",
      [.text("")] + names.map { .number(Markup(Self.quantileName($0))) } + [
        .number("with one rating"), .number("Gini"),
      ])
    for (name, value) in [("users", users), ("items", items)] {
      table.add(
        [Markup(name)] + names.map { Markup(Self.count(value.at("quantiles", $0))) } + [
          Markup(Self.count(value["with_one_rating"])),
          Markup(Self.fixed(value["gini"], digits: 2)),
        ])
    }
    return table.markup
      + HTMLDocument.note(
        "The Gini coefficient is 0 where all have equally many ratings and near 1 where a few have "
          + "nearly all.")
  }

  private static func quantileName(_ key: String) -> String {
    switch key {
    case "min": "least"
    case "median": "median"
    case "max": "most"
    default: "\(key.dropFirst()) %"
    }
  }

  private var crossTable: [Markup]? {
    guard let table = report.at("data", "cross_table") else { return nil }
    let (users, items) = (table["users"]?.elements ?? [], table["items"]?.elements ?? [])
    let ratings = table["ratings"]?.elements ?? []
    guard !users.isEmpty, !items.isEmpty, ratings.count == users.count else { return nil }
    let scale = metrics.at("data", "rating_scale")
    let caption =
      "Ratings by the \(users.count) most active users of the \(items.count) most rated items"
    return [
      HTMLDocument.heading("Who rated what"),
      HeatMap(
        caption: caption, corner: "item, by user",
        rows: items.map { Self.name(of: $0, length: 60) },
        columns: users.map {
          FigureText.clipped($0["user_id"]?.stringValue ?? FigureText.missing, to: 20)
        },
        values: items.indices.map { item in
          ratings.map { row in
            let row = row.elements
            return item < row.count ? row[item].doubleValue : nil
          }
        },
        range: (scale?["minimum"]?.doubleValue ?? 0, scale?["maximum"]?.doubleValue ?? 1)
      ).markup,
      HTMLDocument.note(
        "An empty cell is an item that the user did not rate; the darker, the higher."),
    ]
  }
}
