import Foundation
import Logging
import Publishing
import Recommenders
import Storage
import TestSupport
import Testing

@testable import Job

/// The page of runs of all kinds: each is published with a good one, which can be made again.
@Suite struct RunReportPageTests {
  struct Kind: Sendable, CustomTestStringConvertible {
    let name: String
    var model = #"{"factors": 2}"#
    var more = ""
    var training = ""
    var titles = true
    var timestamps = true
    var users = 10
    /// What the page says.
    let says: [String]
    var testDescription: String { name }
  }

  static let kinds = [
    Kind(
      name: "the usual",
      says: ["Loss by epoch", "best epoch: ", "Who rated what", "Title 20 &lt;b&gt;", "Ratings by"]),
    Kind(
      name: "without titles and timestamps", titles: false, timestamps: false,
      says: ["Loss by epoch", "Recommended, ordered by relevance", "relevance.inverse"]),
    Kind(name: "two users", users: 2, says: ["2 most active users"]),
    Kind(
      name: "without epochs", model: #"{"type": "item-knn"}"#,
      says: ["it has no epochs", "neighbour_similarities"]),
    Kind(name: "the baseline", model: #"{"type": "bias"}"#, says: ["user_bias"]),
    Kind(
      name: "a network",
      model: #"{"type": "neural", "factors": 2, "features": ["genres", "date"]}"#,
      says: ["dense_1", "genre_factors"]),
    Kind(
      name: "samples", model: #"{"type": "bayesian-fm", "factors": 2, "samples": 2, "burn_in": 2}"#,
      says: ["within their 95 % interval", "user_samples"]),
    Kind(
      name: "a relevance model", model: #"{"type": "ease"}"#,
      says: ["reach an NDCG@10 of", "predicts no ratings"]),
    Kind(
      name: "a blend",
      model: #"[{"factors": 2}, {"type": "bias"}, {"type": "neural", "factors": 2}]"#,
      more: #","select": "blend""#,
      says: [
        "their weights in the blend", "Model 3: neural", "model_1.user_factors",
        "So many layers have no readable picture",
      ]),
    Kind(
      name: "a stack", model: #"[{"factors": 2}, {"type": "bias"}]"#,
      more: #","select": "stack", "stack": {"folds": 2, "trees": 3}"#,
      says: ["The models of the stack", "RMSE out of fold", "stack_trees"]),
    Kind(
      name: "the best of two", model: #"[{"factors": 2}, {"factors": 3}]"#,
      more: #","select": "best""#, says: ["was taken", "Model 2: biased-dot"]),
    Kind(
      name: "trained again twice", training: #", "refit": "all""#,
      says: [
        "train, again on all but the held-out rows: ", "train, again on all rows: ",
        "r: trained again, a: trained again on all rows", ">a1<", "refit-all",
      ]),
    Kind(
      name: "with exact reasons", more: #","recommend": {"explain": 2}"#,
      says: ["Because of, adding to the key"]),
    Kind(
      name: "with reasons by likeness",
      more: #","recommend": {"explain": 2, "rank_by": "rating"}"#, says: ["Similar to"]),
    Kind(
      name: "optimistic", more: #","split": {"validation": "test"}"#,
      says: ["training watched the held-out rows"]),
  ]

  private func run(_ kind: Kind, in directory: TemporaryDirectory, rows count: Int = 200)
    async throws
    -> String
  {
    var rows = "userId,movieId,rating" + (kind.timestamps ? ",timestamp\n" : "\n")
    for row in 0..<count {
      let (user, place) = (row % kind.users, row / kind.users)
      rows += "\(user + 1),\((place + 3 * user) % 120 + 1),\(row * 7 % 5 + 1)"
      rows += kind.timestamps ? ",\(1_000_000_000 + row * 300_000)\n" : "\n"
    }
    try directory.write(rows, to: "data/ratings.csv")
    if kind.titles {
      let titles = (1...120).map { "\($0),\"Title \($0) <b>\"\"\",Drama|Comedy\n" }.joined()
      try directory.write("movieId,title,genres\n" + titles, to: "data/movies.csv")
    }
    let data = kind.titles ? "data" : "data/ratings.csv"
    let job = try directory.write(
      """
      {"name": "page", "dataset": {"sources": ["\(data)"]}, "model": \(kind.model),
       "training": {"max_epochs": 2\(kind.training)}, "output": {"directory": "out"}\(kind.more)}
      """, to: "job.json")
    let file = try JobFile(contentsOf: job)
    let outcome = try await JobRunner(
      jobFile: file, plan: Plan(file), settings: RunSettings(),
      logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    ).run()
    guard case .published(let summary) = outcome else {
      throw JobError(stage: .plan, cause: Unpublished())
    }
    return summary.directory
  }

  private struct Unpublished: Error {}

  @Test(arguments: kinds)
  func everyRunHasAGoodPageThatCanBeMadeAgain(kind: Kind) async throws {
    let directory = try TemporaryDirectory()
    let run = try await run(kind, in: directory)
    let page = try FileSystem.readText(PathName.joined(run, "report.html"))
    let check = PageCheck(page)
    #expect(check.problems == [])
    #expect(check.headings.count(where: { $0 == 2 }) == 7)
    let text = page.replacing("\u{A0}", with: " ")
    for sentence in kind.says {
      // The whole page is too long for a message.
      let isThere = text.contains(sentence)
      #expect(isThere, "\(sentence)")
    }

    try checkLayers(ofRun: run)
    #expect(try RunReportPage(path: run).text == page)
    #expect(try RunReportPage(path: directory.path("out")).text == page)
    let manifest = try RunDirectory.manifest(ofRun: run)
    let paths = manifest.entries.map(\.path)
    #expect(paths.contains("report.html") && paths.contains("report.json"))
    #expect(!FileSystem.exists(PathName.joined(run, "model/report.json")))
  }

  /// The report has the layers that the bundle has, and the bundle's tensors have the shapes they say.
  private func checkLayers(ofRun run: String) throws {
    let bundle = try ModelBundle.read(PathName.joined(run, "model"))
    for model in [bundle.model, bundle.blend?.model].compactMap(\.self) {
      #expect(
        model.tensorShapes == model.tensors.map { TensorShape(name: $0.name, shape: $0.shape) })
    }
    let layers = ModelLayers.of(
      bundle.model, blend: bundle.blend, plan: bundle.resultPlan["model"])
    let report = try JSONParser.parseValue(
      FileSystem.readBytes(PathName.joined(run, "report.json")), path: "report.json")
    let shown = (report["model"]?["layers"]?.arrayValue ?? []).map {
      ($0["name"]?.stringValue ?? "") + " \($0["parameters"]?.intValue ?? -1)"
    }
    #expect(shown == layers.map { "\($0.name) \($0.numbers)" })
  }

  @Test func thePageSaysWhatIsNewSinceTheRunBefore() async throws {
    let directory = try TemporaryDirectory()
    let kind = Kind(name: "", says: [])
    let first = try await run(kind, in: directory)
    let second = try await run(kind, in: directory, rows: 210)
    let page = try RunReportPage(path: second).text
    #expect(
      page.contains("Compared with the run <code>\(PathName.lastComponent(of: first))</code>"))
    #expect(page.contains("Mean overlap@10"))
    #expect(page.contains("<th scope=\"row\">ratings</th><td class=\"n\">200</td>"))
    #expect(PageCheck(page).problems == [])
  }

  @Test func aRunFromBeforeThereWasAReportHasAPageThatSaysSo() async throws {
    let directory = try TemporaryDirectory()
    let run = try await run(Kind(name: "", says: []), in: directory)
    try FileManager.default.removeItem(atPath: PathName.joined(run, "report.json"))
    let page = try RunReportPage(path: run).text
    #expect(PageCheck(page).problems == [])
    #expect(page.contains("published before there was a report.json"))
    #expect(page.contains("Loss by epoch"))
  }

  @Test func whatIsNoRunOrADamagedOneIsNamed() async throws {
    let directory = try TemporaryDirectory()
    #expect(throws: PublishingError.storage(.notFound(path: directory.path("nothing")))) {
      try RunReportPage(path: directory.path("nothing"))
    }
    let run = try await run(Kind(name: "", says: []), in: directory)
    try Data("{".utf8).write(to: URL(filePath: PathName.joined(run, "metrics.json")))
    do {
      _ = try RunReportPage(path: run)
      Issue.record("a damaged file made a page")
    } catch {
      #expect("\(error)".contains("metrics.json is wrong at line 1"), "\(error)")
    }
  }
}
