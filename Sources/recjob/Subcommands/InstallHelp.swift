import ArgumentParser
import Job

/// Writes the manual pages and the completions of shells, for the installer.
struct InstallHelp: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "install-help",
    abstract: "Write the manual pages and the completions of bash, zsh and fish.",
    discussion: """
      The files go below DIR as shells and man look for them below /usr/local/share:
      man/man1, bash-completion/completions, zsh/site-functions and
      fish/vendor_completions.d.

      EXAMPLES
        recjob install-help ~/.local/share
      """,
    shouldDisplay: false)

  @Argument(
    help: ArgumentHelp("The directory of shared files.", valueName: "dir"), completion: .directory)
  var directory: String

  @Flag(help: "Do not print the names of the files.")
  var quiet = false

  func run() throws {
    let pages = try ManualPages(description: Recjob._dumpHelp()).pages
    let files = HelpFiles(
      pages: pages, bash: Recjob.completionScript(for: .bash),
      zsh: Recjob.completionScript(for: .zsh), fish: Recjob.completionScript(for: .fish))
    let paths = try files.write(below: directory)
    if !quiet { print(paths.joined(separator: "\n")) }
  }
}
