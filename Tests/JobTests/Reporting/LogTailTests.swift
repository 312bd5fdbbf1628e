import Job
import Testing

@Suite struct LogTailTests {
  @Test func aShortLogIsKeptWhole() {
    let tail = LogTail()
    #expect(tail.text.isEmpty)
    tail.append("one")
    tail.append("two")
    #expect(tail.text == Array("one\ntwo\n".utf8))
  }

  @Test(arguments: [99, 400, 5_000])
  func aLongLogLeavesItsLastWholeLines(count: Int) {
    let tail = LogTail()
    let lines = (0..<count).map { "line \($0) " + String(repeating: "x", count: $0 % 300) }
    for line in lines { tail.append(line) }
    let text = String(decoding: tail.text, as: UTF8.self)
    let kept = text.split(separator: "\n").map(String.init)
    #expect(text.utf8.count <= LogTail.capacity && text.hasSuffix("\n"))
    let whole = lines.reduce(0) { $0 + $1.utf8.count + 1 }
    #expect(text.utf8.count > min(whole + 1, LogTail.capacity) - 400)
    #expect(kept == Array(lines.suffix(kept.count)))
  }

  @Test func aLineBeyondTheCapacityIsCutAtItsStart() {
    let tail = LogTail()
    tail.append(String(repeating: "a", count: 60_000) + "end")
    #expect(tail.text.count == LogTail.capacity)
    #expect(tail.text.suffix(4) == Array("end\n".utf8))
  }
}
