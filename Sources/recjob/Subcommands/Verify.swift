import ArgumentParser
import Job

struct Verify: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Compare a run or a bundle with the hashes of its manifest.",
    discussion: """
      Takes a run, a bundle, its .tar.gz, or an output directory (then its latest
      run). The exit status is 65 if a file differs, and the file is named.

      EXAMPLES
        recjob verify jobs/out/movielens-small
        recjob verify model-movielens-small-1a2b3c4d5e6f.tar.gz
      """)

  @Argument(help: "The run or bundle.", completion: .file())
  var path: String

  func run() throws {
    print(try Verification.report(path))
  }
}
