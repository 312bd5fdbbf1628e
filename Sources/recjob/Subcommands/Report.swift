import ArgumentParser
import Foundation
import Job

struct Report: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Make a run's report page again from its files.",
    discussion: """
      Takes a run, or an output directory (then its latest run). The page is
      printed, or written to a file with --write; the run itself is never changed.
      It is the page that the run was published with, byte for byte, if the program
      is the one that published it.

      EXAMPLES
        recjob report jobs/out/movielens-small > report.html
        recjob report films/runs/20261123T020000Z-1a2b3c4d --write report.html
      """)

  @Argument(help: ArgumentHelp("The run.", valueName: "run"), completion: .directory)
  var path: String

  @Option(help: ArgumentHelp("Write the page to a file.", valueName: "file"), completion: .file())
  var write: String?

  func run() throws {
    let page = try RunReportPage(path: path)
    guard let write else {
      // Nobody reads a page's source.
      guard isatty(STDOUT_FILENO) == 0 else {
        throw ValidationError(
          "the page is no text for a terminal: write it with --write report.html, or look at "
            + "\(page.run)/report.html.")
      }
      print(page.text, terminator: "")
      return
    }
    try page.write(to: write)
    print("\(write): the page of \(page.run)")
  }
}
