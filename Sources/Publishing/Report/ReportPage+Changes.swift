import Storage

extension ReportPage {
  /// What is different from the run before.
  var changesSection: HTMLDocument.Section? {
    let changes = documents.changes
    guard let previous = changes["previous_run"]?.stringValue else {
      return HTMLDocument.Section(
        "changes", "Since the run before",
        [HTMLDocument.paragraph("This is the first run: there is none to compare it with.")])
    }
    var content = [
      HTMLDocument.paragraph(
        "Compared with the run ", .element("code", [:], Markup(FigureText.clipped(previous))),
        changes["same_model_and_split"]?.boolValue == true
          ? ", which has the same model and split."
          : ", whose model or split are others: differences need not be the data's.")
    ]
    content.append(numbersTable(changes))
    if let lists = changes["lists"], lists != .null { content += listChanges(lists) }
    return HTMLDocument.Section("changes", "Since the run before", content)
  }

  /// A key of a file as words: `new_users` as "new users".
  private static func words(_ key: String) -> String {
    key.split(separator: "_").joined(separator: " ")
  }

  private static func number(_ key: String, _ value: JSONValue?) -> String {
    if key.hasSuffix("timestamp"), let seconds = value?.intValue { return FigureText.day(seconds) }
    if let count = value?.intValue { return FigureText.count(count) }
    return fixed(value)
  }

  private func numbersTable(_ changes: JSONValue) -> Markup {
    var table = HTMLTable(
      "Numbers of both runs",
      [.text("Figure"), .number("Before"), .number("Now"), .number("Change")])
    func add(_ name: String, _ key: String, _ value: JSONValue) {
      guard let change = value["change"]?.doubleValue else {
        if let count = value.intValue {
          table.add([
            Markup(name), Markup(FigureText.missing), Markup(FigureText.count(count)), "",
          ])
        }
        return
      }
      let difference =
        key.hasSuffix("timestamp")
        ? "\(FigureText.signed(change / 86_400, digits: 1)) days"
        : value["change"]?.intValue.map { ($0 > 0 ? "+" : "") + FigureText.count($0) }
          ?? FigureText.signed(change, digits: 4)
      table.add([
        Markup(name), Markup(Self.number(key, value["before"])),
        Markup(Self.number(key, value["now"])), Markup(difference),
      ])
    }
    if let rmse = changes["test_rmse"] { add("test RMSE", "test_rmse", rmse) }
    for member in changes["data"]?.objectValue ?? [] {
      add(Self.words(member.key), member.key, member.value)
    }
    if let coverage = changes.at("lists", "coverage") { add("coverage", "coverage", coverage) }
    return table.isEmpty ? .empty : table.markup
  }

  private func listChanges(_ lists: JSONValue) -> [Markup] {
    if let reason = lists["not_compared"]?.stringValue {
      return [
        HTMLDocument.paragraph(
          Markup("The lists are not compared: \(FigureText.clipped(reason, to: 300))"))
      ]
    }
    let k = lists["k"]?.intValue ?? 0
    var content = [
      HTMLDocument.facts([
        ("Mean overlap@\(k)", Markup(Self.percent(lists.at("overlap", "mean")))),
        (
          "Mean rank correlation",
          Markup(Self.fixed(lists.at("rank_correlation", "mean"), digits: 3))
        ),
        ("Users in both runs", Markup(Self.count(lists.at("users", "in_both")))),
        ("Lists that are the same", Markup(Self.count(lists.at("users", "unchanged")))),
        ("Items that came in", Markup(Self.count(lists.at("items", "entered")))),
        ("Items that left", Markup(Self.count(lists.at("items", "left")))),
      ])
    ]
    let tables = [
      ("entered_items", "The items most listed of those that came in"),
      ("left_items", "The items most listed of those that left"),
    ].compactMap { key, caption -> Markup? in
      let items = lists[key]?.elements ?? []
      guard !items.isEmpty else { return nil }
      var table = HTMLTable(caption, [.text("Item"), .number("Lists")])
      for item in items.prefix(15) {
        table.add([.isolated(Self.name(of: item)), Markup(Self.count(item["users"]))])
      }
      return table.markup
    }
    content.append(HTMLDocument.beside(tables))
    return content
  }
}
