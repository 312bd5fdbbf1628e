import Storage

/// The page of a run: everything that a person looks at before trusting it. It is a function of the
/// run's files and of nothing else, so that it can be made again, to the byte.
///
/// Whatever the files have, there is a page: a part for which they have no numbers says so, or is left
/// out.
public struct ReportPage: Sendable {
  /// The name of the page's file in a run.
  public static let name = "report.html"

  let documents: RunDocuments

  /// Prepares the page of a run.
  public init(_ documents: RunDocuments) {
    self.documents = documents
  }

  /// The text of the page.
  public var text: String {
    HTMLDocument(
      jobName, lead: lead,
      sections: [
        dataSection, trainingSection, modelSection, evaluationSection, recommendationsSection,
        changesSection, provenanceSection,
      ].compactMap(\.self), footer: footer
    ).text
  }

  // MARK: - What all parts know

  var metrics: JSONValue { documents.metrics }
  var report: JSONValue { documents.report }

  var jobName: String {
    FigureText.clipped(
      documents.run["job"]?.stringValue ?? documents.plan["name"]?.stringValue ?? "recjob")
  }

  /// The type of the model, as the plan has it: of several the word for all of them.
  var modelType: String {
    report.at("model", "type")?.stringValue ?? documents.plan.at("model", "type")?.stringValue
      ?? "model"
  }

  /// Whether the model predicts ratings; a relevance model only ranks.
  var predictsRatings: Bool { metrics.at("evaluation", "model", "rmse") != nil }

  /// What the gates said of a result that they refused.
  var refusals: [String] { documents.run["refused"]?.elements.compactMap(\.stringValue) ?? [] }

  /// The name of an item: its title, or its id where it has none.
  static func name(of item: JSONValue, length: Int = 80) -> String {
    FigureText.clipped(
      item["title"]?.stringValue ?? item["item_id"]?.stringValue ?? FigureText.missing, to: length)
  }

  static func fixed(_ value: JSONValue?, digits: Int = 4) -> String {
    value?.doubleValue.map { FigureText.fixed($0, digits: digits) } ?? FigureText.missing
  }

  static func count(_ value: JSONValue?) -> String {
    value?.intValue.map(FigureText.count) ?? FigureText.missing
  }

  static func percent(_ value: JSONValue?, digits: Int = 1) -> String {
    value?.doubleValue.map { FigureText.percent($0, digits: digits) } ?? FigureText.missing
  }

  /// `1 user`, `2 users`.
  static func plural(_ count: Int?, _ noun: String) -> String {
    guard let count else { return "\(FigureText.missing) \(noun)s" }
    return "\(FigureText.count(count)) \(noun)\(count == 1 ? "" : "s")"
  }

  // MARK: - The result in one sentence

  private var lead: [Markup] {
    var pieces = [
      Markup.element("p", ["class": "lead"], [Markup(sentence)])
    ]
    for (title, texts) in remarks where !texts.isEmpty {
      pieces.append(
        .element(
          "div", ["class": "warning"],
          [
            .element("p", [:], [.element("strong", [:], Markup(title))]),
            .element(
              "ul", [:],
              texts.prefix(20).map {
                .element("li", [:], [.isolated(FigureText.clipped($0, to: 400))])
              }),
          ]))
    }
    return pieces
  }

  private var sentence: String {
    let evaluation = metrics["evaluation"]
    let users = Self.plural(metrics.at("recommendations", "users")?.intValue, "user")
    let lists =
      refusals.isEmpty
      ? "\(Self.count(metrics.at("recommendations", "rows"))) recommendations for \(users) are "
        + "published"
      : "nothing was published, because a gate refused the result"
    guard let rmse = evaluation?.at("model", "rmse")?.doubleValue else {
      return "The lists of the \(modelType) model reach an NDCG@10 of "
        + "\(Self.fixed(evaluation?.at("model", "ranking", "ndcg"))) on "
        + "\(Self.count(evaluation?.at("model", "rows"))) held-out ratings, lists of the most rated "
        + "items \(Self.fixed(evaluation?.at("popularity", "ranking", "ndcg"))); \(lists)."
    }
    let interval = evaluation?.at("model", "rmse_95_percent")
    let range =
      interval.map {
        " (95 % interval \(Self.fixed($0["lower"])) to \(Self.fixed($0["upper"])))"
      } ?? ""
    var comparison = ""
    if let baseline = evaluation?.at("baseline", "rmse")?.doubleValue {
      let share = baseline > 0 ? (baseline - rmse) / baseline : 0
      let amount = FigureText.percent(share.magnitude)
      comparison =
        (share == 0
          ? ", the same as" : ", \(amount) \(share > 0 ? "less" : "more") than")
        + " the \(FigureText.fixed(baseline, digits: 4)) of the bias baseline"
    }
    return "The \(modelType) model's test RMSE is \(FigureText.fixed(rmse, digits: 4))\(range) on "
      + "\(Self.count(evaluation?.at("model", "rows"))) held-out ratings\(comparison); \(lists)."
  }

  /// What a person should look at, by what it is.
  private var remarks: [(title: String, texts: [String])] {
    func texts(_ key: String) -> [String] {
      documents.run[key]?.elements.compactMap(\.stringValue) ?? []
    }
    var notes: [String] = []
    if let text = metrics.at("evaluation", "protocol")?.stringValue, text != "held-out" {
      notes.append("The figures are \(text).")
    }
    if documents.run.at("dataset", "stale")?.boolValue == true {
      notes.append("The data is that of an earlier night: its source could not be reached.")
    }
    if report == .null {
      notes.append(
        "This run was published before there was a report.json; what only that file has is missing "
          + "here.")
    }
    return [
      ("Refused by the gates", refusals), ("Gates that were ignored", texts("ignored_gates")),
      ("Worth a look", notes + texts("warnings")),
    ]
  }

  private var footer: Markup {
    let run = documents.run["run"]?.stringValue ?? ""
    let program = documents.run["program_version"]?.stringValue ?? ""
    return Markup(
      "Made by recjob \(program) from the files of the run \(FigureText.clipped(run)). It names users "
        + "and what they rated: keep it as carefully as the ratings.")
  }
}
