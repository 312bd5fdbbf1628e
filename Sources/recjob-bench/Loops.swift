import ArgumentParser
import Job
import Storage

/// Measures each hot loop.
struct Loops: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Measure each hot loop on its own.",
    discussion: """
      Prints one JSON object a line: the loop, what it counts, the median and the best of the
      repeats in seconds and per second, MB/s where bytes are read or written, GFLOP/s where it is
      arithmetic, and the most memory that was held.

      EXAMPLES
        recjob-bench loops
        recjob-bench loops --only top-k --threads 1 --threads 2 --repeats 9
      """)

  @Option(help: "Measure this loop only; may be repeated.")
  var only: [String] = []

  @Option(help: "How often each loop is measured, after a first time that does not count.")
  var repeats = 5

  @Option(help: "Measure on as many threads; may be repeated. (default: 1)")
  var threads: [Int] = []

  @Flag(help: "Take small inputs, to see that every loop runs.")
  var tiny = false

  @Flag(help: "Print the names of the loops, and stop.")
  var list = false

  @OptionGroup var provenance: Provenance

  func validate() throws {
    if repeats < 1 { throw ValidationError("--repeats takes 1 or more.") }
    if threads.contains(where: { $0 < 1 }) { throw ValidationError("--threads takes 1 or more.") }
    let names = LoopEntry.all.map(\.name)
    for name in only where !names.contains(name) {
      throw ValidationError(
        "There is no loop '\(name)'. There are: \(names.joined(separator: ", ")).")
    }
  }

  func run() {
    if list { return print(LoopEntry.all.map(\.name).joined(separator: "\n")) }
    let origin = provenance.members
    let progress = ProgressLine()
    for entry in LoopEntry.all where only.isEmpty || only.contains(entry.name) {
      progress.show("\(entry.name): preparing")
      let loop = entry.make(tiny ? .tiny : .full)
      for count in loop.ownThreads.map({ [$0] }) ?? (threads.isEmpty ? [1] : threads) {
        progress.show("\(entry.name): measuring, threads \(count)")
        let result = measure(loop, threads: count)
        progress.clear()
        print(JSONValue.object(result + origin).text())
      }
    }
  }

  private func measure(_ loop: Loop, threads: Int) -> [JSONMember] {
    MachineFacts.resetPeakMemory()
    loop.body(threads)
    let samples = Samples(repeats: repeats) { loop.body(threads) }
    var members: [(String, JSONValue)] = [
      ("measure", "loop"),
      ("loop", .string(loop.name)),
      ("unit", .string(loop.unit)),
      ("count", .integer(loop.count)),
      ("threads", .integer(threads)),
      ("repeats", .integer(repeats)),
      ("median_seconds", .seconds(samples.median)),
      ("best_seconds", .seconds(samples.best)),
      ("median_per_second", .numberOrNull((Double(loop.count) / samples.median).rounded())),
      ("best_per_second", .numberOrNull((Double(loop.count) / samples.best).rounded())),
    ]
    if let bytes = loop.bytes {
      let rate = Double(bytes) / samples.median / 1e6
      members.append(("megabytes_per_second", .numberOrNull((rate * 10).rounded() / 10)))
    }
    if let operations = loop.operations {
      let rate = operations / samples.median / 1e9
      members.append(("gigaflops", .numberOrNull((rate * 10).rounded() / 10)))
    }
    members.append(
      ("peak_memory_bytes", MachineFacts.peakMemoryBytes.map { .integer($0) } ?? .null))
    return members.map { JSONMember(key: $0.0, value: $0.1) }
  }
}
