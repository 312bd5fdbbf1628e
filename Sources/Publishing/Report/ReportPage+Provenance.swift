import Storage

extension ReportPage {
  /// Where the run comes from, and how to make it again.
  var provenanceSection: HTMLDocument.Section? {
    HTMLDocument.Section(
      "provenance", "Provenance",
      [
        recordTable, HTMLDocument.heading("Making it again"), commands,
        stageTable, planText,
      ])
  }

  private var recordTable: Markup {
    let run = documents.run
    var table = HTMLTable("Where this comes from", [.text("What"), .text("Value")])
    func add(_ name: Markup, _ value: JSONValue?) {
      guard let value, value != .null else { return }
      let text = value.stringValue ?? value.text()
      table.add([name, .isolated(FigureText.clipped(text, to: 200))])
    }
    func add(_ name: Markup, code value: JSONValue?) {
      guard let text = value?.stringValue else { return }
      table.add([name, .element("code", [:], Markup(FigureText.clipped(text, to: 200)))])
    }
    add("Run", code: run["run"])
    add("Job", run["job"])
    add("Job file", run["job_file"])
    add("Dataset", run.at("dataset", "source"))
    add("Its SHA-256", code: run.at("dataset", "sha256"))
    if let bytes = run.at("dataset", "bytes")?.intValue {
      table.add(["Its size", Markup(FigureText.bytes(bytes))])
    }
    add("Items file", run.at("dataset", "items", "source"))
    add("Its SHA-256", code: run.at("dataset", "items", "sha256"))
    add("Plan, SHA-256", code: run["plan_sha256"])
    add("Result plan, SHA-256", code: run["result_plan_sha256"])
    add("Program", run["program_version"])
    add("Its commit", code: run["program_commit"])
    add("Its SHA-256", code: run["program_sha256"])
    add("Results revision", run["results_revision"])
    add("Toolchain", run["toolchain"])
    add("Vectors", run["vectors"])
    add("Host", run["host"])
    add("Threads", run["threads"])
    add("Started", run["started"])
    add("Finished", run["finished"])
    if let bytes = run["peak_memory_bytes"]?.intValue {
      table.add(["Most memory", Markup(FigureText.bytes(bytes))])
    }
    return table.markup
  }

  private var commands: Markup {
    let run = "RUN"
    return HTMLDocument.paragraph(
      "With RUN for the directory of this run, these check its files, compute it again and compare "
        + "every byte, make this page again, and run the same job as a new one:")
      + HTMLDocument.code(
        "Commands",
        [
          "recjob verify \(run)", "recjob reproduce \(run)",
          "recjob report \(run) --write \(Self.name)", "recjob run \(run)/\(RunDocuments.planName)",
        ])
      + HTMLDocument.paragraph(
        "The same plan, data and program give the same bytes, on any number of threads and any "
          + "machine of the kinds that are supported.")
  }

  private var stageTable: Markup {
    let stages = documents.run["stage_seconds"]?.objectValue ?? []
    guard !stages.isEmpty else { return .empty }
    var table = HTMLTable("Time by stage", [.text("Stage"), .number("Took")])
    for stage in stages.prefix(50) {
      table.add([
        Markup(stage.key),
        Markup(stage.value.doubleValue.map(FigureText.seconds) ?? FigureText.missing),
      ])
    }
    return table.markup
  }

  /// The plan, unless it is too long for a page.
  private var planText: Markup {
    let text = documents.plan.prettyText()
    guard text.utf8.count <= 20_000 else { return .empty }
    return .element(
      "details", [:],
      [
        .element("summary", [:], "The whole plan, with every default"),
        HTMLDocument.code("The plan", text.split(separator: "\n").map(String.init)),
      ])
  }
}
