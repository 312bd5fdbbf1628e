import Testing

@testable import Publishing

@Suite struct FormulaGuardTests {
  @Test(arguments: [
    ("=1+1", "'=1+1"), ("+1", "'+1"), ("-1", "'-1"), ("@SUM(A1)", "'@SUM(A1)"),
    ("\t=1", "'\t'=1"), ("\r=1", "'\r'=1"), ("\nx", "'\nx"),
    ("＝1", "'＝1"), ("＋1", "'＋1"), ("－1", "'－1"), ("＠x", "'＠x"),
    (" =1", "' =1"), ("\"=1", "'\"=1"),
    // A cell of its own where the list separator is a semicolon, or after pasting.
    ("a;=1", "a;'=1"), ("a; \"-1\";b", "a;' \"-1\";b"), ("a\n=1", "a\n'=1"), ("a\t@b", "a\t'@b"),
    ("=1;=2", "'=1;'=2"),
  ])
  func whatWouldBeComputedIsFound(text: String, escaped: String) {
    #expect(FormulaGuard.finds(in: text))
    #expect(Array(FormulaGuard.escaping(text).utf8) == Array(escaped.utf8))
  }

  @Test(arguments: [
    "", "Toy Story (1995)", "12 = 12", "a-b", "x@y", "'=1", "a; b", "a,=1", "Face/Off", "2 + 2",
    "é", "e\u{301}", "a;b=1", "Alien³ - The End",
  ])
  func otherTextIsLeftAlone(text: String) {
    #expect(!FormulaGuard.finds(in: text))
    #expect(Array(FormulaGuard.escaping(text).utf8) == Array(text.utf8))
  }
}
