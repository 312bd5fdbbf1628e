import ArgumentParser

/// Measures each hot loop.
struct Loops: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Measure each hot loop on its own.",
    discussion: """
      Prints one JSON object a line: the loop, what it counts, and the median and best per second
      over the repeats.

      EXAMPLES
        recjob-bench loops
        recjob-bench loops --only top-k --threads 1 --threads 2 --repeats 9
      """)

  @Option(help: "Measure this loop only; may be given more than once.")
  var only: [String] = []

  @Option(help: "How often each loop is measured.")
  var repeats = 5

  @Option(help: "Measure on as many threads; may be given more than once. (default: 1)")
  var threads: [Int] = []

  @Flag(help: "Take small inputs, to see that every loop runs.")
  var tiny = false

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
    for entry in LoopEntry.all where only.isEmpty || only.contains(entry.name) {
      let loop = entry.make(tiny ? .tiny : .full)
      for count in threads.isEmpty ? [1] : threads where count == 1 || loop.usesThreads {
        measure(loop, threads: count)
      }
    }
  }

  private func measure(_ loop: Loop, threads: Int) {
    loop.body(threads)
    let rates = (0..<repeats).map { _ -> Double in
      let elapsed = ContinuousClock().measure { loop.body(threads) }.components
      return Double(loop.count) / (Double(elapsed.seconds) + Double(elapsed.attoseconds) * 1e-18)
    }.sorted()
    print(
      #"{"loop":"\#(loop.name)","unit":"\#(loop.unit)","count":\#(loop.count),"#
        + #""threads":\#(threads),"repeats":\#(repeats),"#
        + #""median_per_second":\#(rates[repeats / 2].rounded())}"#)
  }
}
