import Storage
import TestSupport
import Testing

/// The job files that come with the project.
@Suite struct JobFilesTests {
  private static var jobFiles: [String] {
    get throws {
      try FileSystem.list(Project.jobs).filter { $0.hasSuffix(".json") && !$0.contains(".lock.") }
        .map { "\(Project.jobs)/\($0)" }
    }
  }

  @Test func everyJobFileIsValid() throws {
    let files = try Self.jobFiles
    #expect(files.count >= 7)
    let outcome = try BuiltProgram.run(["validate"] + files, in: "/")
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.output == files.map { "\($0): valid\n" }.joined())
  }

  @Test func thePrintedSchemaIsTheOneBesideTheJobs() throws {
    let outcome = try BuiltProgram.run(["schema"], in: "/")
    #expect(outcome.status == 0)
    let file = "\(Project.jobs)/schema/recjob-1.schema.json"
    #expect(try outcome.output == FileSystem.readText(file))
  }

  @Test(.needsPython) func anotherValidatorAcceptsTheJobsAndTheirPlans() throws {
    let directory = try TemporaryDirectory()
    let files = try Self.jobFiles
    let plans = try files.enumerated().map { index, file in
      let plan = try BuiltProgram.run(["run", file, "--print-plan"], in: "/")
      return try directory.write(plan.output, to: "plan-\(index).json")
    }
    let schema = "\(Project.jobs)/schema/recjob-1.schema.json"
    let outcome = try Python.run("validate_jobs.py", [schema] + files + plans)
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.output.isEmpty)
  }

  @Test(.needsPython) func anotherValidatorRefusesWhatTheProgramRefuses() throws {
    let directory = try TemporaryDirectory()
    let faulty = [
      #""model": {"type": "biased-dto"}"#, #""split": {"test_fraction": 1.5}"#,
      #""training": {"learning_rte": 1}"#, #""training": {"seed": "x"}"#, #""extra": 1"#,
      #""recommend": {"k": 0}"#,
    ]
    let files = try faulty.enumerated().map { index, member in
      try directory.write(
        #"{"name": "x", "dataset": {"sources": ["a.zip"]}, \#(member)}"#, to: "\(index).json")
    }
    let schema = "\(Project.jobs)/schema/recjob-1.schema.json"
    let outcome = try Python.run("validate_jobs.py", [schema] + files)
    for file in files {
      #expect(outcome.output.contains("\(file): at "))
      #expect(try BuiltProgram.run(["validate", file], in: "/").status == 78)
    }
  }
}
