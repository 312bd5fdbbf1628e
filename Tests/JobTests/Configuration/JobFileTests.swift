import Foundation
import Job
import Ratings
import Recommenders
import Storage
import Testing

@Suite struct JobFileTests {
  private static let shippedFiles = [
    "best-lists.json", "best-rating.json", "compare.json", "minimal.json", "mirrors.json",
    "movielens-small-download.json", "movielens-small.json", "neural-features.json", "own-csv.json",
    "production.json", "tune.json", "tutorial-v1.json", "tutorial-v2.json", "tutorial-v3.json",
    "tutorial-v4.json",
  ]

  @Test func everyShippedJobIsTested() throws {
    let names = try FileSystem.list(JobDocuments.directory)
      .filter { $0.hasSuffix(".json") && !$0.hasSuffix(".lock.json") }
    #expect(names == Self.shippedFiles)
  }

  @Test(arguments: shippedFiles)
  func everyShippedJobIsValidAndNamedForItsFile(name: String) throws {
    let path = PathName.joined(JobDocuments.directory, name)
    let file = try JobFile(contentsOf: path)
    let plan = try Plan(file)
    #expect(plan.name + ".json" == name)
    #expect(plan.output.directory == "out/\(plan.name)")
    #expect(file.root["$schema"]?.value == "schema/recjob-1.schema.json")
    for source in plan.dataset.sources where !source.location.contains("://") {
      #expect(FileSystem.isRegularFile(file.resolved(source.location)))
    }
  }

  @Test(arguments: [
    ("tutorial-v1.json", "dot"), ("tutorial-v2.json", "biased-dot"), ("tutorial-v3.json", "neural"),
    ("tutorial-v4.json", "logistic-dot"),
  ])
  func theTutorialsRunAtItsSettings(name: String, type: String) throws {
    let plan = try Plan(JobFile(contentsOf: PathName.joined(JobDocuments.directory, name)))
    #expect(plan.model.type.rawValue == type)
    #expect(plan.model.factors == 50)
    #expect(plan.model.cold == .asTrained)
    #expect(plan.split.validation == .test)
    #expect(plan.training.optimizer == .adam)
    #expect(plan.training.learningRate == 0.001)
    #expect(plan.training.l2 == 1e-6)
    #expect(plan.training.batchSize == 64)
    #expect(plan.training.maxEpochs == 5)
    #expect(plan.training.earlyStopping == nil)
    #expect(plan.training.refit == RefitPolicy.none)
    #expect(plan.training.seed == 0)
  }

  @Test func theExampleOfTheDocumentationIsValidAndItsFaultIsAsShown() throws {
    let page = try FileSystem.readText(PathName.joined(JobDocuments.directory, "README.md"))
    let start = try #require(page.firstRange(of: "```json\n")?.upperBound)
    let stop = try #require(page[start...].firstRange(of: "```")?.lowerBound)
    let example = String(page[start..<stop])
    #expect(JobDocuments.faults(example).isEmpty)
    let fault = try #require(
      JobDocuments.faults(example.replacing("max_epochs", with: "max_epoch")).first)
    #expect(page.contains(fault.replacing("job.json", with: "jobs/my-shop.json")))
  }

  @Test func relativePathsAreRelativeToTheJobFile() throws {
    let file = try JobFile(
      bytes: Array("{}".utf8), path: "x/job.json", baseDirectory: "x")
    #expect(file.resolved("data/a.zip") == "x/data/a.zip")
    #expect(file.resolved("/data/a.zip") == "/data/a.zip")
    let here = try JobFile(bytes: Array("{}".utf8), path: "job.json", baseDirectory: ".")
    #expect(here.resolved("data/a.zip") == "data/a.zip")
  }

  @Test func aMissingFileIsNamed() {
    #expect(throws: PlanError.unreadable(.notFound(path: "/nonexistent/job.json"))) {
      try JobFile(contentsOf: "/nonexistent/job.json")
    }
  }

  @Test func thePlanOfAPublishedRunKeepsThePathsOfItsJob() throws {
    let directory = FileManager.default.temporaryDirectory
      .appending(path: "job-file-tests-\(UUID().uuidString)").path(percentEncoded: false)
    try FileSystem.makeDirectory(directory)
    defer { try? FileSystem.removeTree(directory) }
    let plan = PathName.joined(directory, "plan.json")
    try DurableFile.write("{\(JobDocuments.leastMembers)}", to: plan)
    #expect(try JobFile(contentsOf: plan).baseDirectory == directory)
    try DurableFile.write(
      #"{"job_directory": "/srv/jobs", "job_file": "nightly.json"}"#,
      to: PathName.joined(directory, "run.json"))
    let file = try JobFile(contentsOf: plan)
    #expect(file.resolved("data/a.zip") == "/srv/jobs/data/a.zip")
    #expect(file.pinFile() == "/srv/jobs/nightly.lock.json", "the run's directory stays as it is")
    #expect(file.name == "nightly.json")
  }
}
