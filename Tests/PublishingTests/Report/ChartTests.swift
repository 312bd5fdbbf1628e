import TestSupport
import Testing

@testable import Publishing

@Suite struct ChartTests {
  private func labels(_ scale: ChartScale) -> [String] { scale.ticks.map(\.label) }

  @Test func marksAreRoundNumbersThatHoldAllValues() {
    let scale = ChartScale.even([0.851, 0.937], start: 0, length: 100)
    #expect(labels(scale) == ["0.84", "0.86", "0.88", "0.90", "0.92", "0.94"])
    #expect(scale.place(0.84) == 0)
    #expect(abs(scale.place(0.94) - 100) < 1e-9)
    #expect(
      labels(.even([12, 27_000], start: 0, length: 1, includesZero: true))
        == ["0", "10 k", "20 k", "30 k"])
    #expect(labels(.even([1, 2, 3], start: 0, length: 1, wholeNumbers: true)) == ["1", "2", "3"])
  }

  @Test func oneValueNoValueAndValuesThatAreNotFiniteHaveAScale() {
    for values in [
      [], [0], [5], [-5], [.nan, .infinity], [1e300, -1e300], [1e-300, 2e-300],
      [.leastNonzeroMagnitude, .leastNormalMagnitude],
      [1.7e308, -1.7e308],
    ] {
      for includesZero in [false, true] {
        let scale = ChartScale.even(values, start: 0, length: 100, includesZero: includesZero)
        #expect(scale.ticks.count >= 2 && scale.ticks.count < 20, "\(values)")
        for value in values { #expect((0...100).contains(scale.place(value)), "\(value)") }
      }
    }
  }

  @Test func logarithmicMarksArePowersOfTen() {
    let scale = ChartScale.logarithmic([1, 2698], start: 0, length: 4)
    #expect(labels(scale) == ["1", "10", "100", "1000", "10 k"])
    #expect(scale.place(100) == 2)
    #expect(abs(scale.place(20) - 1.30103) < 1e-5)
    #expect(scale.place(0) == 0)
  }

  @Test func aLayerStandsBelowItsInputsAndNoBoxTouchesAnother() {
    let inputs = [[], [], [0], [1], [0], [1], [2, 3], [6, 4, 5], [7]]
    let layout = LayeredLayout(
      widths: Array(repeating: 100, count: inputs.count), inputs: inputs, gap: 10)
    for (node, sources) in inputs.enumerated() {
      for source in sources { #expect(layout.ranks[source] < layout.ranks[node]) }
    }
    for (node, rank) in layout.ranks.enumerated() {
      for other in layout.ranks.indices where other > node && layout.ranks[other] == rank {
        let distance = abs(layout.places[node] - layout.places[other])
        #expect(distance >= (layout.widths[node] + layout.widths[other]) / 2 + 9.9)
      }
    }
    // The factors stand between the lines to the biases, so that no two lines cross.
    let dot = layout.places[6]
    #expect(layout.places[4] < dot && dot < layout.places[5])
  }

  @Test func aChartOfHostileNamesIsWellFormed() {
    let hostile = #"</text><script>x</script>" onload="x"#
    let charts = [
      LineChart(
        "a", title: hostile, description: hostile, x: hostile, y: hostile,
        series: [
          LineChart.Series(hostile, [(1, 2), (.nan, 3), (4, .infinity)], hasDots: true),
          LineChart.Series("empty", []),
        ], highlight: LineChart.Highlight(9, hostile)
      ).markup,
      BarChart(
        "b", title: hostile, description: hostile, x: hostile, y: hostile, labels: [hostile, "b"],
        series: [BarChart.Series(hostile, [1, .nan])], overlay: BarChart.Series(hostile, [2, 3])
      ).markup,
      HeatMap(
        caption: hostile, corner: hostile, rows: [hostile], columns: [hostile, "b"],
        values: [[1, nil]], range: (1, 1)
      ).markup,
      LayerDiagram(
        "c", title: hostile,
        layers: [
          LayerDiagram.Layer(name: hostile, detail: hostile, inputs: ["nowhere"]),
          LayerDiagram.Layer(name: "b", detail: "", inputs: [hostile, "b"]),
        ]
      ).markup,
      LayerDiagram("d", title: "nothing", layers: []).markup,
    ]
    let page = HTMLDocument(
      hostile, lead: [], sections: [HTMLDocument.Section("s", hostile, charts)], footer: "")
    #expect(PageCheck(page.text).problems == [])
  }
}
