import Foundation
import Storage
import TestSupport
import Testing

/// `cron/install`, below a directory that stands for the root.
@Suite struct InstallerTests {
  private static let installer = Project.root + "/cron/install"

  private static func install(_ destination: String, _ arguments: String...) throws -> Outcome {
    try ChildProcess(
      installer, arguments, in: "/",
      environment: [
        "PATH": ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin",
        "DESTDIR": destination,
      ]
    ).finish()
  }

  @Test func everythingIsPutInPlaceAndTakenAway() throws {
    let directory = try TemporaryDirectory()
    let root = directory.path("root")
    let installed = try Self.install(root, "--binary", BuiltProgram.path)
    #expect(installed.status == 0, "\(installed.errors)")
    let program = "\(root)/usr/local/lib/recjob/recjob"
    let units = "\(root)/etc/systemd/system"
    #expect(FileSystem.exists(program))
    #expect(
      try FileSystem.list(units) == ["recjob-failure@.service", "recjob@.service", "recjob@.timer"])
    let launcher = try FileSystem.readText("\(root)/usr/local/bin/recjob")
    #expect(launcher == (try FileSystem.readText(Project.root + "/cron/launcher")))

    let shared = "\(root)/usr/local/share"
    let pages = try FileSystem.list("\(shared)/man/man1")
    #expect(pages.contains("recjob.1") && pages.contains("recjob-run.1"))
    #expect(!pages.contains("recjob-install-help.1"))
    for (path, sign) in [
      ("bash-completion/completions/recjob", "complete "),
      ("zsh/site-functions/_recjob", "#compdef"),
      ("fish/vendor_completions.d/recjob.fish", "complete -c"), ("man/man1/recjob-run.1", ".TH"),
    ] {
      let file = PathName.joined(shared, path)
      #expect(try FileSystem.readText(file).contains(sign), "\(path)")
      let attributes = try FileManager.default.attributesOfItem(atPath: file)
      #expect(attributes[.posixPermissions] as? NSNumber == 0o644, "\(path)")
    }

    let removed = try Self.install(root, "--uninstall")
    #expect(removed.status == 0, "\(removed.errors)")
    #expect(!FileSystem.exists(program))
    #expect(try FileSystem.list(units) == [])
    #expect(try FileSystem.list("\(shared)/man/man1") == [])
    #expect(try FileSystem.list("\(shared)/zsh/site-functions") == [])
    #expect(FileSystem.exists("\(root)/etc/recjob"))
  }

  @Test func theCommitIsInstalledWithTheProgramThatItBelongsTo() throws {
    let directory = try TemporaryDirectory()
    let program = directory.path("recjob")
    try FileManager.default.copyItem(atPath: BuiltProgram.path, toPath: program)
    let line = "\(try SHA256Digest.ofFile(program).hex)  0123abcd\n"
    try directory.write(line, to: "recjob.commit")
    let installed = try Self.install(directory.path("root"), "--binary", program)
    #expect(installed.status == 0, "\(installed.errors)")
    let copy = directory.path("root/usr/local/lib/recjob/recjob")
    #expect(try FileSystem.readText(copy + ".commit") == line)
  }

  @Test func aDryRunNamesWhatItWouldDoAndChangesNothing() throws {
    let directory = try TemporaryDirectory()
    let root = directory.path("root")
    let answer = try Self.install(root, "--dry-run")
    #expect(answer.status == 0)
    #expect(!FileSystem.exists(root))
    #expect(answer.output.contains("install -m 0755 \(Project.root)/cron/launcher "))
    #expect(answer.output.contains("install-help --quiet \(root)/usr/local/share"))
    #expect(answer.output.contains("completions of bash, zsh and fish"))
    // Every file that is installed is one that can be looked at, or is built.
    #expect(!answer.output.contains("/tmp/tmp."))
    #expect(try Self.install(root, "--dry-run", "--uninstall").output.contains("recjob.fish"))
  }
}
