import Testing

@testable import Publishing

@Suite struct MarkupTests {
  @Test func textsAndAttributesAreEscapedWhereverTheyEnter() {
    let hostile = #"<script>alert("1")</script> & 'x'"#
    let escaped = "&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; &#39;x&#39;"
    #expect(Markup(hostile).text == escaped)
    #expect(
      Markup.element("td", ["title": hostile], "\(hostile)").text
        == "<td title=\"\(escaped)\">\(escaped)</td>")
  }

  @Test func aTextOfTheDataDoesNotTurnWhatIsAroundIt() {
    #expect(Markup.isolated("\u{202E}abc").text == "<bdi>\u{202E}abc</bdi>")
  }

  @Test func whatHTMLDoesNotAllowIsReplaced() {
    #expect(
      Markup("a\u{0}b\u{1B}c\u{7F}d\u{FFFE}e").text == "a\u{FFFD}b\u{FFFD}c\u{FFFD}d\u{FFFD}e")
    #expect(Markup("a\tb\nc é 日本 🎬").text == "a\tb\nc é 日本 🎬")
  }

  @Test func emptyElementsAreWrittenAsTheirKindDemands() {
    #expect(Markup.element("meta", ["charset": "utf-8"]).text == "<meta charset=\"utf-8\">")
    #expect(Markup.element("rect", ["x": "1"]).text == "<rect x=\"1\"/>")
    #expect(Markup.element("td").text == "<td></td>")
  }
}

@Suite struct FigureTextTests {
  @Test(arguments: [
    (0.85448, 4, "0.8545"), (3, 2, "3.00"), (-1.005, 1, "−1.0"), (0.04, 1, "0.0"),
    (-0.04, 1, "0.0"),
    (1e20, 2, "100000000000000000000"), (0.999, 0, "1"),
  ])
  func numbersHaveTheirDigits(value: Double, digits: Int, text: String) {
    #expect(FigureText.fixed(value, digits: digits) == text)
  }

  @Test func countsAreGroupedAndWhatIsNotFiniteIsADash() {
    #expect(
      [0, 999, 1000, 100_836, -1_234_567].map(FigureText.count)
        == ["0", "999", "1,000", "100,836", "−1,234,567"])
    #expect(FigureText.fixed(.nan, digits: 2) == "–")
    #expect(FigureText.seconds(.infinity) == "–")
  }

  @Test func onlyNothingAndAllAreZeroAndHundredPercent() {
    let texts = [0, 0.00001, 0.1234, 0.99999, 1].map { FigureText.percent($0) }
    #expect(
      texts.map { $0.replacing("\u{A0}", with: " ") }
        == ["0.0 %", "< 0.1 %", "12.3 %", "> 99.9 %", "100.0 %"])
  }

  @Test func longTextsAreCut() {
    #expect(FigureText.clipped("short", to: 10) == "short")
    #expect(FigureText.clipped("ééééé", to: 5) == "ééééé")
    #expect(FigureText.clipped("0123456789x", to: 10) == "012345678…")
  }

  @Test func daysAreThoseOfUTC() {
    #expect(FigureText.day(1_537_799_250) == "2018-09-24")
    #expect(FigureText.day(-1) == "1969-12-31")
    #expect(FigureText.day(.min) == "-292277022657-01-27")
    #expect(FigureText.day(.max) == "292277026596-12-04")
  }
}
