import ArgumentParser

/// Measures the program on generated data.
@main
struct RecjobBench: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "recjob-bench",
    abstract: "Measure recjob on generated data.",
    discussion: """
      Results are JSON objects, one a line, on standard output. Build it in release, and compare
      only figures of one machine and one hour.
      """,
    subcommands: [Generate.self, Loops.self, JobCommand.self, TableCommand.self])
}
