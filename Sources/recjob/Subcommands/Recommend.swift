import ArgumentParser
import Job

struct Recommend: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Show what users rated best and what the model recommends to them, and why.",
    discussion: """
      Takes a bundle, its .tar.gz, a run, or an output directory (then its latest
      run). The lists are ordered as the job publishes them. Reasons are items that
      the user rated: where the model's key is a sum over these, what each adds to
      it, elsewhere how similar they are.

      With --json there is a line for each user as in recommendations.jsonl, with
      the user's best rated items after it. Of several users, those that the bundle
      does not know are left out and named in the end; the exit status is then 65.

      EXAMPLES
        recjob recommend jobs/out/movielens-small 68
        recjob recommend jobs/out/movielens-small --user 68 -k 3 --explain 0
        recjob recommend jobs/out/movielens-small --users users.txt --json
        cut -d, -f1 new.csv | recjob recommend jobs/out/movielens-small --users -
        recjob recommend model-movielens-small-1a2b3c4d5e6f.tar.gz --user 68 --json
      """)

  @Argument(help: "The bundle.", completion: .file())
  var bundle: String

  @Argument(help: ArgumentHelp("Ids of users, as in the dataset.", valueName: "id"))
  var named: [String] = []

  @Option(
    name: .customLong("user"),
    help: ArgumentHelp(
      "A user's id that begins with a hyphen, or any; may be repeated.", valueName: "id"))
  var ids: [String] = []

  @Option(
    help: ArgumentHelp(
      "A file with one id on each line; - for standard input.", valueName: "file"),
    completion: .file())
  var users: String?

  @Option(name: [.short, .customLong("count")], help: "The number of recommendations.")
  var k = 10

  @Option(
    help: ArgumentHelp(
      """
      The number of reasons of each recommendation. (default: 2; with --json, as many as the job \
      asks for)
      """, valueName: "number"))
  var explain: Int?

  @Flag(help: "Print a line of JSON for each user.")
  var json = false

  func validate() throws {
    if k < 1 { throw ValidationError("-k takes 1 or more.") }
    if let explain, explain < 0 { throw ValidationError("--explain takes 0 or more.") }
    if named.isEmpty, ids.isEmpty, users == nil {
      throw ValidationError("Name a user after the bundle, or several by --users.")
    }
  }

  func run() throws {
    let asked = try named + ids + (users.map { try BundleRecommender.users(ofFile: $0) } ?? [])
    let recommender = try BundleRecommender(
      bundle: bundle, k: k, explain: explain ?? (json ? nil : 2))
    var isFirst = true
    try recommender.answer(asked) { answer in
      print(json ? answer.jsonLine : (isFirst ? "" : "\n") + answer.text, terminator: "")
      isFirst = false
    }
  }
}
