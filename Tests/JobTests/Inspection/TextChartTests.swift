import Testing

@testable import Job

@Suite struct TextChartTests {
  @Test func barsAreAsLongAsTheirShare() {
    #expect(TextChart.bar(10, of: 10, width: 4) == "████")
    #expect(TextChart.bar(5, of: 10, width: 3) == "█▌")
    #expect(TextChart.bar(0, of: 10, width: 4) == "")
    #expect(TextChart.bar(0, of: 0, width: 4) == "")
  }

  @Test func whatIsThereIsSeen() {
    #expect(TextChart.bar(1, of: 1_000_000, width: 4) == "▏")
    #expect(TextChart.sparkline([0, 1, 1_000_000]) == "·▁█")
  }

  @Test func sparklinesRiseWithTheirValues() {
    #expect(TextChart.sparkline([1, 2, 3, 4, 5, 6, 7]) == "▂▃▄▅▆▇█")
    #expect(TextChart.sparkline([]) == "")
    #expect(TextChart.sparkline([0, 0]) == "··")
  }

  @Test func textsOfTheDataCannotSteerTheTerminal() {
    var table = TextTable(["title"], [.left])
    table.add(["red \u{1B}[31m\u{202E}text"])
    #expect(table.lines.last == "red \u{FFFD}[31m\u{FFFD}text")
    #expect(TextTable.clipped("Breakfast", to: 6) == "Break…")
    #expect(TextTable.clipped("Breakfast", to: 9) == "Breakfast")
  }
}
