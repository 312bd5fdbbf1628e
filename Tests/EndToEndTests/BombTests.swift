import Storage
import TestSupport
import Testing

/// Datasets that would unfold to far more than they are: the program refuses them in little memory
/// and time.
@Suite struct BombTests {
  /// The address space that the program gets, in KiB.
  static let addressSpace = 1 << 20

  @Test(arguments: ["overlapping.zip", "zeros.zip", "zeros.tar.gz", "nested.zip", "sparse.tar"])
  func aBombIsRefusedAsBadData(name: String) throws {
    let fixture = try JobFixture()
    try fixture.directory.write(Self.bomb(name), to: name)
    let start = ContinuousClock.now
    let outcome = try Self.run(
      ["run", "job.json", "--set", #"dataset.sources=["\#(name)"]"#], fixture)
    #expect(outcome.status == 65, "\(outcome.errors)")
    #expect(outcome.errors.contains("\(name) is refused: "), "\(outcome.errors)")
    #expect(ContinuousClock.now - start < .seconds(10))
    #expect(try fixture.runs.isEmpty)
  }

  /// What is shown above is nothing if no job fits in there.
  @Test func anHonestJobFitsIntoTheSameSpace() throws {
    let fixture = try JobFixture()
    let outcome = try Self.run(["run", "job.json"], fixture)
    #expect(outcome.status == 0, "\(outcome.errors)")
  }

  private static func run(_ arguments: [String], _ fixture: JobFixture) throws -> Outcome {
    try ChildProcess(
      "/bin/sh",
      ["-c", "ulimit -v \(addressSpace) && exec \"$0\" \"$@\"", BuiltProgram.path] + arguments,
      in: fixture.directory.path, environment: ["HOME": fixture.directory.path]
    ).finish()
  }

  private static func bomb(_ name: String) -> [UInt8] {
    let zeros = [UInt8](repeating: 0, count: 1 << 24)
    switch name {
    case "overlapping.zip":
      return ZipFixture.overlappingBomb(members: 100, zeros: 40 << 20)
    case "zeros.zip":
      return ZipFixture([.init("ratings.csv", zeros)]).bytes
    case "nested.zip":
      let inner = ZipFixture([.init("ratings.csv", zeros)]).bytes
      return ZipFixture([.init("ratings.csv", inner)]).bytes
    case "sparse.tar":
      let header = TarFixture.header(
        Array("ratings.csv".utf8), size: 1, type: "S",
        fields: [
          (257, Array("ustar  \0".utf8)), (386, TarFixture.octal(0) + TarFixture.octal(1)),
          (483, TarFixture.octal(1 << 40)),
        ])
      return header + TarFixture.padded([1]) + TarFixture.end
    default:
      // A gzip file may be of many members, which here are the same ones: 4 GiB.
      let header = TarFixture.header(Array("ratings.csv".utf8), size: 256 * zeros.count)
      let piece = Gzip.compress(zeros)
      return Gzip.compress(header) + (0..<256).flatMap { _ in piece }
        + Gzip.compress(TarFixture.end)
    }
  }
}
