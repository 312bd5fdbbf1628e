import Recommenders
import Storage

extension RunComparison {
  /// The comparison for a terminal.
  public var text: String {
    let sections = [
      ["before  \(names.before)", "now     \(names.now)"], fileLines, settingLines,
      Self.numberLines("Data", data), Self.numberLines("Metrics", metrics), listLines,
    ]
    return sections.map { $0.joined(separator: "\n") + "\n" }.joined(separator: "\n")
  }

  private var fileLines: [String] {
    let changed =
      files.different.map { ("differs", $0) } + files.onlyBefore.map { ("only before", $0) }
      + files.onlyNow.map { ("only now", $0) }
    guard !changed.isEmpty else { return ["Files: all \(files.same.count) are the same"] }
    let width = changed.map { $0.0.count }.max() ?? 0
    return ["Files: \(files.same.count) are the same"]
      + changed.map { "  \($0.0.padded(to: width))  \($0.1)" }
  }

  private var settingLines: [String] {
    guard !settings.isEmpty else { return ["Settings: all are the same"] }
    var table = TextTable(["setting", "before", "now"], [.left, .left, .left])
    for setting in settings {
      table.add([setting.name, Self.cell(setting.before), Self.cell(setting.now)])
    }
    return ["Settings that differ:"] + table.indentedLines
  }

  private static func numberLines(_ title: String, _ values: [Value]) -> [String] {
    let changed = values.filter { $0.before != $0.now }
    guard !changed.isEmpty else { return ["\(title): all \(values.count) numbers are the same"] }
    var table = TextTable(["number", "before", "now", "change"], [.left, .right, .right, .right])
    for value in changed {
      let change = JSONChange.value(value.before, value.now)["change"]
      let sign = (change?.doubleValue ?? 0) > 0 ? "+" : ""
      table.add([
        value.name, cell(value.before), cell(value.now), change.map { sign + cell($0) } ?? "–",
      ])
    }
    return ["\(title): \(values.count - changed.count) numbers are the same"] + table.indentedLines
  }

  private var listLines: [String] {
    let lists: ListsDocument
    switch self.lists {
    case .failure(let error): return ["Lists: not compared. \(error)"]
    case .success(let document): lists = document
    }
    let found = lists.comparison
    let share = { TextTable.rounded($0, digits: 4) }
    var lines = [
      "Lists, the first \(found.k) of each:",
      "  users with a list  \(found.usersBefore) before, \(found.usersNow) now, "
        + "\(found.usersInBoth) in both; \(found.unchangedUsers) of these have the same list",
      "  items in lists     \(found.itemsBefore) before, \(found.itemsNow) now; "
        + "\(found.enteredItems) entered, \(found.leftItems) left",
    ]
    for (name, distribution) in [
      (lists.overlapName.padded(to: 17), found.overlap),
      ("rank correlation ", found.rankCorrelation),
    ] {
      guard let distribution else { continue }
      lines.append(
        "  \(name)  mean \(share(distribution.mean)) over \(distribution.users) users; "
          + distribution.quantiles.map { "\($0.name) \(share($0.value))" }.joined(separator: ", "))
    }
    if !found.mostChangedUsers.isEmpty {
      var table = TextTable(
        ["most changed user", lists.overlapName, "rank correlation"], [.left, .right, .right])
      for user in found.mostChangedUsers {
        table.add([
          user.user, share(user.overlap), user.rankCorrelation.map { share($0) } ?? "–",
        ])
      }
      lines += [""] + table.indentedLines
    }
    for (title, items, titles) in [
      ("entered", found.mostListedEntered, lists.titles.entered),
      ("left", found.mostListedLeft, lists.titles.left),
    ] where !items.isEmpty {
      var table = TextTable(["item that \(title)", "users", "title"], [.left, .right, .left])
      for (item, name) in zip(items, titles) {
        table.add([item.item, "\(item.users)", name ?? ""])
      }
      lines += [""] + table.indentedLines
    }
    return lines
  }

  private static func cell(_ value: JSONValue?) -> String {
    guard let value else { return "–" }
    guard value.intValue == nil, let number = value.doubleValue else { return value.text() }
    return TextTable.rounded(number, digits: 6)
  }
}
