import ArgumentParser
import Job

struct Runs: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "List the published runs of an output directory.",
    discussion: """
      The latest run is marked by an asterisk; of newer ones that a rollback left,
      the table says so.

      EXAMPLES
        recjob runs jobs/out/movielens-small
      """)

  @Argument(help: "The output directory.", completion: .directory)
  var output: String

  func run() throws {
    print(try RunListing.text(output))
  }
}

struct Rollback: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Point latest at an earlier run.",
    discussion: """
      Without a run's name it is the one before the latest. The run is verified first.

      EXAMPLES
        recjob rollback jobs/out/movielens-small
        recjob rollback films 20261123T020000Z-1a2b3c4d
      """)

  @Argument(help: "The output directory.", completion: .directory)
  var output: String

  @Argument(help: ArgumentHelp("The name of the run.", valueName: "run"))
  var name: String?

  func run() throws {
    print("\(output): latest is now \(try RunListing.rollBack(output, to: name))")
  }
}
