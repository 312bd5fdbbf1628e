import ArgumentParser
import Job

struct Schema: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Print the JSON Schema of the job file.",
    discussion: """
      EXAMPLES
        recjob schema > recjob-1.schema.json
      """)

  func run() {
    print(JobSchema.text, terminator: "")
  }
}
