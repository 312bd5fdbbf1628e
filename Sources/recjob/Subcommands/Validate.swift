import ArgumentParser
import Foundation
import Job

struct Validate: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Check job files; no dataset is touched.",
    discussion: """
      Every fault of every file is reported. The exit status is 78 if there is one.

      EXAMPLES
        recjob validate jobs/*.json
      """)

  @Argument(help: "The job files.", completion: .file(extensions: ["json"]))
  var jobs: [String]

  func run() throws {
    var failure: PlanError?
    for job in jobs {
      do throws(PlanError) {
        let plan = try Plan(JobFile(contentsOf: job))
        print("\(job): valid" + (plan.remark.map { "; \($0)" } ?? ""))
      } catch {
        Diagnostics.report(error)
        failure = failure ?? error
      }
    }
    if let failure { throw ExitCode(ExitStatus(failure).rawValue) }
  }
}
