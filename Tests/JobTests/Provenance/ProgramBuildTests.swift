import Foundation
import Storage
import TestSupport
import Testing

@testable import Job

@Suite struct ProgramBuildTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  @Test func theCommitThatWasWrittenDownForTheProgramIsKnown() throws {
    let program = try directory.write("a program", to: "recjob")
    let digest = SHA256Digest(of: "a program")
    #expect(ProgramBuild(program: program).commit == nil)
    #expect(ProgramBuild(program: program).sha256 == digest)
    try directory.write("\(digest)  05513d5c136c-dirty\n", to: "recjob.commit")
    #expect(ProgramBuild(program: program).commit == "05513d5c136c-dirty")
  }

  @Test func thatOfAnotherProgramIsNot() throws {
    let program = try directory.write("a later program", to: "recjob")
    for text in ["\(SHA256Digest(of: "a program"))  05513d5c136c\n", "05513d5c136c\n", "", "x y z"]
    {
      try directory.write(text, to: "recjob.commit")
      #expect(ProgramBuild(program: program).commit == nil, "\(text)")
    }
  }

  @Test func theScriptOfTheBuildWritesTheCommitDown() throws {
    let program = try directory.write("a program", to: "recjob")
    let script = Process()
    script.executableURL = URL(filePath: JobDocuments.directory + "/record-commit")
    script.arguments = [program]
    try script.run()
    script.waitUntilExit()
    #expect(script.terminationStatus == 0)
    // Outside of a checkout there is nothing to write down.
    guard FileSystem.exists(program + ".commit") else { return }
    let commit = try #require(ProgramBuild(program: program).commit)
    #expect(commit.wholeMatch(of: /[0-9a-f]{40}(-dirty)?/) != nil, "\(commit)")
    #expect(try FileSystem.list(directory.path) == ["recjob", "recjob.commit"])
  }

  @Test func theProgramOfTheTestsKnowsItself() {
    #expect(ProgramBuild.current.sha256 != nil)
    #expect(ProgramBuild.current.toolchain.contains(/^Swift 6\.\d+.*, Clang \d+\./))
  }
}
