import ArgumentParser
import Job

struct Doctor: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Check the machine, and a job's data, places and last run; nothing is changed.",
    discussion: """
      A problem is what would keep the next run from succeeding, or has damaged the
      last; a warning is what a person should look at. The exit status is 0 without
      a problem, else the status that the first problem of the table would end a run
      with. No server is asked unless --network says so.

      EXAMPLES
        recjob doctor
        recjob doctor jobs/movielens-small.json
        recjob doctor films.json --output /srv/films --network --json
      """)

  @Argument(help: "The job file.", completion: .file(extensions: ["json"]))
  var job: String?

  @Option(help: "The output directory, in place of the job file's.")
  var output: String?

  @Flag(help: "Ask the servers of the sources whether they have them (HEAD).")
  var network = false

  @Flag(help: "Print a JSON object.")
  var json = false

  func validate() throws {
    if output != nil, job == nil { throw ValidationError("--output needs a job file.") }
  }

  func run() async throws {
    let examination = await Examination(
      job: job, output: output.map(JobOptions.absolute), asksServers: network)
    print(json ? examination.jsonText : examination.text(.standardOutput), terminator: "")
    if examination.exitStatus != .success { throw ExitCode(examination.exitStatus.rawValue) }
  }
}
