import Storage

extension ReportPage {
  /// What is recommended: to everybody taken together, and to a few users.
  var recommendationsSection: HTMLDocument.Section? {
    guard let published = metrics["recommendations"] else { return nil }
    var content = [HTMLDocument.facts(listFacts(published))]
    if let head = report.at("recommendations", "long_tail", "head_items")?.intValue {
      content.append(
        HTMLDocument.note(
          Markup(
            "The long tail is all items but the \(FigureText.count(head)) most rated ones, a fifth of "
              + "the items.")))
    }
    content.append(mostRecommended)
    let users = report.at("recommendations", "sample_users")?.elements ?? []
    for user in users.prefix(10) { content += sample(user) }
    return HTMLDocument.Section("recommendations", "Recommendations", content)
  }

  private func listFacts(_ published: JSONValue) -> [(name: String, value: Markup)] {
    var facts: [(name: String, value: Markup)] = [
      ("Users with a list", Markup(Self.count(published["users"]))),
      ("Recommendations", Markup(Self.count(published["rows"]))),
      ("Different items", Markup(Self.count(published["distinct_items"]))),
    ]
    if let items = metrics.at("data", "items")?.doubleValue, items > 0,
      let distinct = published["distinct_items"]?.doubleValue
    {
      facts.append(("Of all items", Markup(FigureText.percent(distinct / items))))
    }
    if let empty = published["empty_lists"]?.intValue, empty > 0 {
      facts.append(("Empty lists", Markup(FigureText.count(empty))))
    }
    if let short = published["short_lists"]?.intValue, short > 0 {
      facts.append(("Short lists", Markup(FigureText.count(short))))
    }
    if let tail = report.at("recommendations", "long_tail") {
      facts.append(("Long tail in lists", Markup(Self.percent(tail["share_of_lists"]))))
      facts.append(("Long tail in ratings", Markup(Self.percent(tail["share_of_ratings"]))))
    }
    return facts
  }

  private var mostRecommended: Markup {
    let items = report.at("recommendations", "most_recommended")?.elements ?? []
    guard !items.isEmpty else { return .empty }
    let users = metrics.at("recommendations", "users")?.doubleValue ?? 0
    var table = HTMLTable(
      "The items that are recommended most",
      [.text("Item"), .number("Lists"), .number("Of all lists"), .number("Ratings")])
    for item in items.prefix(50) {
      let lists = item["lists"]?.doubleValue ?? 0
      table.add([
        .isolated(Self.name(of: item)), Markup(Self.count(item["lists"])),
        Markup(users > 0 ? FigureText.percent(lists / users) : FigureText.missing),
        Markup(Self.count(item["ratings"])),
      ])
    }
    return table.markup
  }

  // MARK: - A user

  private func sample(_ user: JSONValue) -> [Markup] {
    let id = FigureText.clipped(user["user_id"]?.stringValue ?? FigureText.missing, to: 40)
    let heading = Markup.element(
      "h3", [:],
      [
        "User ", .isolated(id),
        Markup(", who rated \(Self.plural(user["ratings"]?.intValue, "item"))"),
      ])
    return [heading, HTMLDocument.beside([bestRated(user), recommended(user)])]
  }

  private func bestRated(_ user: JSONValue) -> Markup {
    var table = HTMLTable("Rated best", [.text("Item"), .number("Rating")])
    for item in user["best_rated"]?.elements.prefix(50) ?? [] {
      table.add([.isolated(Self.name(of: item)), Markup(Self.short(item["rating"]))])
    }
    return table.markup
  }

  private func recommended(_ user: JSONValue) -> Markup {
    let items = user["recommended"]?.elements ?? []
    guard !items.isEmpty else {
      return HTMLDocument.paragraph("There is nothing left to recommend to this user.")
    }
    let reasons = user["reasons"]?.stringValue
    let order = report.at("recommendations", "order")?.stringValue ?? "rating"
    var columns: [HTMLTable.Column] = [.number("Rank"), .text("Item"), .number("Score")]
    if reasons != nil {
      columns.append(
        .text(
          reasons == "exact" ? "Because of, adding to the key" : "Similar to, of what was rated"))
    }
    var table = HTMLTable("Recommended, ordered by \(order)", columns)
    for (place, item) in items.prefix(50).enumerated() {
      var cells: [Markup] = [
        "\(place + 1)", .isolated(Self.name(of: item)),
        Markup(Self.fixed(item["score"], digits: 2)),
      ]
      if reasons != nil { cells.append(because(item)) }
      table.add(cells)
    }
    return table.markup
  }

  private func because(_ item: JSONValue) -> Markup {
    let reasons = item["because"]?.elements ?? []
    return .joined(
      reasons.prefix(5).map { reason in
        .isolated(Self.name(of: reason, length: 50))
          + Markup(" (\(Self.fixed(reason["contribution"], digits: 3)))")
      }, separator: "; ")
  }
}
