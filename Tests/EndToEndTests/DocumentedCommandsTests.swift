#if !DEBUG
  import Foundation
  import Storage
  import TestSupport
  import Testing

  /// The commands that the documentation shows, run as a reader would, page by page. Without the
  /// optimizer the training would take minutes.
  @Suite(.serialized) struct DocumentedCommandsTests {
    private static let pages = ((try? MarkdownPage.all(root: Project.root)) ?? []).filter {
      $0.blocks.contains(where: isRun)
    }

    private static func isRun(_ block: MarkdownPage.Block) -> Bool {
      block.language == "sh" && block.exampleReason == nil
    }

    @Test func somePagesHaveCommands() {
      #expect(Self.pages.count > 3)
    }

    @Test(arguments: pages.map(\.path))
    func everyCommandSucceeds(path: String) throws {
      let page = try #require(Self.pages.first { $0.path == path })
      let directory = try TemporaryDirectory()
      // What the commands find is a checkout with its program, without the results of others.
      for name in try FileSystem.listTree(Project.jobs) where !name.hasPrefix("out/") {
        try directory.write(
          FileSystem.readBytes("\(Project.jobs)/\(name)"), to: "jobs/\(name)")
      }
      // Few epochs are enough to see that a command works.
      let program = try directory.write(
        """
        #!/bin/bash
        if [ "$1" = run ]; then
          shift
          set -- run --set training.max_epochs=2 --ignore-gates "$@"
        fi
        exec '\(BuiltProgram.path)' "$@"
        """, to: "bin/recjob")
      try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: program)
      var environment = ProcessInfo.processInfo.environment.filter { $0.key == "LD_LIBRARY_PATH" }
      environment["PATH"] = "\(directory.path("bin")):/usr/local/bin:/usr/bin:/bin"
      environment["HOME"] = directory.path
      for block in page.blocks where Self.isRun(block) {
        let outcome = try ChildProcess(
          "/bin/bash", ["-euo", "pipefail", "-c", block.text], in: directory.path,
          environment: environment
        ).finish()
        #expect(
          outcome.status == 0,
          "\(path):\(block.line)\n\(outcome.output.suffix(500))\n\(outcome.errors.suffix(1000))")
      }
    }
  }
#endif
