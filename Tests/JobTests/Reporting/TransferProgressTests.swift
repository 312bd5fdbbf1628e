import Synchronization
import Testing

@testable import Job

@Suite struct TransferProgressTests {
  /// What a line was told, and a time that the test moves.
  private final class Terminal: Sendable {
    private let state = Mutex((texts: [String](), now: Duration.zero))
    var texts: [String] { state.withLock { $0.texts } }

    func display(isShown: Bool = true) -> TransferProgress {
      TransferProgress(
        line: ProgressLine(isShown: isShown) { text in
          self.state.withLock { $0.texts.append(text.replacing("\r\u{1B}[K", with: "")) }
        }, elapsed: { self.state.withLock { $0.now } })
    }

    func wait(_ duration: Duration) { state.withLock { $0.now += duration } }
  }

  @Test func theLineTellsSizeRateAndTimeLeft() {
    let terminal = Terminal()
    let display = terminal.display()
    display.show("a", received: 0, total: 4_000_000)
    terminal.wait(.seconds(2))
    display.show("a", received: 1_000_000, total: 4_000_000)
    display.clear()
    #expect(
      terminal.texts == [
        "[--------------------] 0 %, 0 B of 4.0 MB",
        "[#####---------------] 25 %, 1.0 MB of 4.0 MB, 500.0 kB/s, 0:06 left", "",
      ])
  }

  @Test func anUnknownSizeIsLeftOut() {
    #expect(
      TransferProgress.text(received: 3000, total: nil, gained: 3000, in: .seconds(1))
        == "3.0 kB, 3.0 kB/s")
  }

  @Test func bytesOfAnEarlierJobDoNotCountAsSpeed() {
    let terminal = Terminal()
    let display = terminal.display()
    display.show("a", received: 900_000, total: 1_000_000)
    terminal.wait(.seconds(1))
    display.show("a", received: 950_000, total: 1_000_000)
    #expect(terminal.texts.last?.hasSuffix("50.0 kB/s, 0:01 left") == true)
  }

  @Test func theLineIsWrittenAtMostTenTimesASecondAndAtTheEnd() {
    let terminal = Terminal()
    let display = terminal.display()
    for count in 1...1000 {
      display.show("a", received: count, total: 1000)
      terminal.wait(.milliseconds(1))
    }
    #expect(terminal.texts.count == 11)
    #expect(terminal.texts.last?.hasPrefix("[####################] 100 %") == true)
  }

  @Test func nothingIsWrittenWhereNoneIsShown() {
    let terminal = Terminal()
    let display = terminal.display(isShown: false)
    display.show("a", received: 1, total: 2)
    display.clear()
    #expect(terminal.texts == [])
  }

  @Test(
    arguments: [
      (0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (999_949, "999.9 kB"), (999_950, "1.0 MB"),
      (12_345_678, "12.3 MB"), (8 << 30, "8.6 GB"), (5_000_000_000_000, "5.0 TB"),
    ])
  func sizesHaveOneDecimal(bytes: Int, text: String) {
    #expect(TransferProgress.size(bytes) == text)
  }

  @Test(arguments: [
    (0, "0:00"), (6.2, "0:07"), (61, "1:01"), (3723, "1:02:03"), (1e12, "99:59:59"),
  ])
  func timesAreThoseOfAClock(seconds: Double, text: String) {
    #expect(TransferProgress.clock(seconds) == text)
  }
}
