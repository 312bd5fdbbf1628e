import Acquisition
import Publishing
import Ratings
import Storage

extension Exploration {
  /// The dataset as one page that needs no other file.
  public var page: String {
    HTMLDocument(
      "\(name): the data",
      lead: [
        HTMLDocument.paragraph("\(headline)."),
        HTMLDocument.facts(facts.map { ($0.name, .isolated($0.value)) }),
      ],
      sections: [
        .init("rows", "First rows", [ratingsTable, itemsTable]),
        .init("ratings", "How ratings are given", [histogramChart]),
        .init("activity", "How active users and items are", activityContent),
        .init("time", "Ratings in time", [timeContent]),
        .init("cross-table", "The most active users by the most rated items", crossTableContent),
      ],
      footer: "Written by recjob explore from the dataset with the SHA-256 "
        + Markup(fetched.dataset.sha256.hex) + "."
    ).text
  }

  /// Writes the page.
  ///
  /// - Throws: `StorageError` if the file cannot be written.
  public func writePage(to path: String) throws {
    try DurableFile.write(page, to: path)
  }

  private var ratingsTable: Markup {
    var table = HTMLTable(
      "The first ratings of the file",
      [.text("user"), .text("item"), .number("rating"), .text("time (UTC)")])
    for row in 0..<min(Self.firstRows, dataset.ratings.count) {
      let rating = dataset.ratings[row]
      table.add([
        .isolated(FigureText.clipped(dataset.users.label(of: rating.user))),
        .isolated(FigureText.clipped(dataset.items.label(of: rating.item))),
        Markup(FigureText.short(Double(rating.value))),
        Markup(rating.timestamp.map { Self.time($0) } ?? FigureText.missing),
      ])
    }
    return table.markup
  }

  private var itemsTable: Markup {
    var table = HTMLTable(
      "The first items", [.text("item"), .number("ratings"), .text("title"), .text("genres")])
    for (item, count) in zip(dataset.items.indices, countsOfFirstItems) {
      table.add(cells(of: item, count) + [.isolated(genres(of: item).joined(separator: ", "))])
    }
    return table.markup
  }

  private func cells(of item: ItemIndex, _ count: Int) -> [Markup] {
    [
      .isolated(FigureText.clipped(dataset.items.label(of: item))), Markup(FigureText.count(count)),
      .isolated(FigureText.clipped(title(of: item) ?? FigureText.missing)),
    ]
  }

  private var histogramChart: Markup {
    let bins = profile.distribution.bins
    return BarChart(
      "rating-histogram", title: "Ratings: \(distributionText)",
      description: bins.map { "\(Self.name(of: $0)): \($0.count)" }.joined(separator: ", "),
      x: "rating", y: "ratings", labels: bins.map { Self.name(of: $0) },
      series: [.init("ratings", bins.map { Double($0.count) })]
    ).markup
  }

  private var activityContent: [Markup] {
    var table = HTMLTable(
      "How many ratings there are of each, as quantiles, and the share of the most active",
      [.text("")] + ["min", "25 %", "median", "75 %", "90 %", "99 %", "max"].map { .number($0) }
        + [.number("one rating")] + Self.mostActive.map { .number("top \($0) %") })
    for (name, _, activity) in activities {
      table.add(
        [Markup(name)] + activity.quantiles.map { Markup(FigureText.count($0.count)) } + [
          Markup(
            FigureText.percent(Double(activity.withOneRating) / Double(activity.members)))
        ]
          + Self.mostActive.map {
            Markup(FigureText.percent(activity.shareOfRatings(ofMostActive: $0)))
          })
    }
    let curves = activities.map { _, members, activity in
      LineChart.Series(
        "\(members)",
        [(x: 0.0, y: 0.0)]
          + activity.curve.map {
            (
              x: 100 * Double($0.rank) / Double(activity.members),
              y: 100 * Double($0.cumulative) / Double(activity.ratings)
            )
          })
    }
    let chart = LineChart(
      "activity-curve", title: "Share of the ratings that the most active have",
      description: "The more a curve bends to the upper left, the fewer have most ratings.",
      x: "most active, % of all", y: "% of the ratings", divisions: (.fromZero, .fromZero),
      series: curves)
    let histograms = activities.map { _, members, activity in
      BarChart(
        "\(members)-by-ratings", title: "\(members) by their number of ratings",
        description: "Each bar holds those with up to twice as many ratings as the one before.",
        x: "ratings, from", y: members,
        labels: activity.doublings.indices.map { FigureText.count(1 << $0) },
        series: [.init(members, activity.doublings.map { Double($0) })]
      ).markup
    }
    return [table.markup, HTMLDocument.row([chart.markup] + histograms)]
  }

  private var timeContent: Markup {
    guard let time = profile.time else {
      return HTMLDocument.paragraph("The dataset has no timestamps.")
    }
    let labels = time.periods.map { Self.name(of: $0, months: time.monthsPerPeriod) }
    return BarChart(
      "ratings-in-time",
      title: "Ratings by \(Self.length(ofPeriods: time.monthsPerPeriod))",
      description: "From \(Self.time(time.first, isDay: true)) to "
        + Self.time(time.last, isDay: true),
      x: Self.length(ofPeriods: time.monthsPerPeriod), y: "ratings", labels: labels,
      series: [.init("ratings", time.periods.map { Double($0.count) })]
    ).markup
  }

  private var crossTableContent: [Markup] {
    let table = profile.crossTable
    let map = HeatMap(
      caption: "Ratings; an empty cell is a pair without one", corner: "user",
      rows: table.users.map { FigureText.clipped(dataset.users.label(of: $0.index), to: 20) },
      columns: table.items.map {
        FigureText.clipped(title(of: $0.index) ?? dataset.items.label(of: $0.index), to: 18)
      },
      values: table.ratings.map { $0.map { $0.map { Double($0) } } },
      range: (Double(dataset.scale.minimum), Double(dataset.scale.maximum)))
    var items = HTMLTable(
      "The items", [.text("item"), .number("ratings"), .text("title")])
    for item in table.items { items.add(cells(of: item.index, item.count)) }
    return [map.markup, items.markup]
  }
}
