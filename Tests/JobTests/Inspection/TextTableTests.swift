import Testing

@testable import Job

struct TextTableTests {
  @Test func columnsLineUp() {
    var table = TextTable(["name", "count"], [.left, .right])
    table.add(["a", "1"])
    table.add(["Amélie", "1,234"])
    #expect(
      table.lines == [
        "name    count",
        "------  -----",
        "a           1",
        "Amélie  1,234",
      ])
  }

  @Test func linesDoNotEndInSpaces() {
    var table = TextTable(["a", "b"], [.left, .left])
    table.add(["x", ""])
    #expect(table.lines == ["a  b", "-  -", "x"])
  }
}
