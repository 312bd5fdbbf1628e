import ArgumentParser
import Job

struct Recommend: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Show what a user rated best and what the model recommends.",
    discussion: """
      Takes a bundle, its .tar.gz, a run, or an output directory (then its latest run).

      EXAMPLES
        recjob recommend out/movielens-small --user 68
        recjob recommend out/movielens-small --user 68 --explain 3
        recjob recommend model-movielens-small-1a2b3c4d5e6f.tar.gz --user 68 -k 5 --json
      """)

  @Argument(help: "The bundle.", completion: .file())
  var bundle: String

  @Option(help: "The user's id, as in the dataset.")
  var user: String

  @Option(name: [.short, .customLong("count")], help: "The number of recommendations.")
  var k = 10

  @Option(
    help: "The number of reasons of each recommendation. (default: as many as the job asks for)")
  var explain: Int?

  @Flag(help: "Print a JSON object.")
  var json = false

  func validate() throws {
    if k < 1 { throw ValidationError("-k takes 1 or more.") }
    if let explain, explain < 0 { throw ValidationError("--explain takes 0 or more.") }
  }

  func run() throws {
    let answer = try UserRecommendations(bundle: bundle, user: user, k: k, explain: explain)
    print(json ? answer.jsonText : answer.text, terminator: "")
  }
}
