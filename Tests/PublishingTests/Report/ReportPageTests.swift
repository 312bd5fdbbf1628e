import Storage
import TestSupport
import Testing

@testable import Publishing

/// The page as a function of what files say, whatever that is; `JobTests` has the pages of real runs.
@Suite struct ReportPageTests {
  private func page(
    plan: JSONValue = .object([]), run: JSONValue = .object([]), metrics: JSONValue = .object([]),
    changes: JSONValue = .object([]), report: JSONValue = .object([]), history: [[String]] = []
  ) -> String {
    ReportPage(
      RunDocuments(
        plan: plan, run: run, metrics: metrics, changes: changes, report: report, history: history)
    ).text
  }

  @Test func filesThatSayNothingMakeAPage() {
    #expect(PageCheck(page()).problems == [])
    #expect(PageCheck(page(report: .null)).problems == [])
  }

  @Test func filesThatSayNonsenseMakeAPage() throws {
    let nonsense: JSONValue = [
      "ratings": "many", "bins": [nil, 5, ["ratings": "x"]], "quantiles": [1], "curve": [[1, 2]],
      "users": [["user_id": 5]], "items": [["title": []]], "cross_table": ["users": 1],
      "layers": [["name": 1, "connected_to": "x"], 5, nil], "parameters": -1,
      "sample_users": [5, ["recommended": [nil]]], "best_epoch": 1e300, "epochs": "all",
    ]
    let nested: JSONValue = [
      "data": nonsense, "model": nonsense, "training": nonsense, "evaluation": ["model": nonsense],
      "recommendations": nonsense, "selection": ["models": [nonsense]], "lists": nonsense,
      "previous_run": "x", "warnings": [5], "epochs": [["phase": 1]], "stage_seconds": ["x": "y"],
    ]
    let most = JSONValue.integer(.max)
    let extreme: JSONValue = [
      "data": [
        "ratings": most, "rows_skipped": ["a": most, "b": most], "oldest_timestamp": .integer(.min),
        "newest_timestamp": most, "periods": ["counts": [["ratings": 1e300], ["year": most]]],
      ],
      "model": ["parameters": .integer(.min)], "stage_seconds": ["train": 1e308],
      "evaluation": [
        "model": ["rmse": 1e308], "baseline": ["rmse": .numberOrNull(.leastNonzeroMagnitude)],
      ],
    ]
    let extremes = page(
      run: extreme, metrics: extreme, report: extreme,
      history: [["search", "\(Int.max)", "1e308", "-1e308", "1e-320", "0"]])
    #expect(PageCheck(extremes).problems == [])
    let text = page(
      plan: nested, run: nested, metrics: nested, changes: nested, report: nested,
      history: [["search", "x", "", "", "", ""], ["search-9", "1", "nan", "inf", "", "x"]])
    #expect(PageCheck(text).problems == [])
  }

  @Test func hostileTitlesIdsAndNamesAreNothingButText() {
    let hostile = "<script>alert(1)</script>\"' onx='\u{202E}\u{0}مرحبا"
    let item: JSONValue = [
      "item_id": .string(hostile), "title": .string(hostile), "rating": 5, "score": 1, "lists": 2,
      "because": [["item_id": .string(hostile), "contribution": 1]],
    ]
    let text = page(
      run: ["job": .string(hostile), "warnings": [.string(hostile)], "host": .string(hostile)],
      metrics: [
        "data": ["ratings": 1], "recommendations": ["users": 1],
        "selection": ["models": [["type": .string(hostile)]]],
      ],
      changes: [
        "previous_run": .string(hostile),
        "lists": ["entered_items": [item], "left_items": [item]],
      ],
      report: [
        "data": [
          "cross_table": [
            "users": [["user_id": .string(hostile)]], "items": [item], "ratings": [[5]],
          ]
        ],
        "model": ["layers": [["name": .string(hostile), "connected_to": [.string(hostile)]]]],
        "recommendations": [
          "most_recommended": [item], "order": .string(hostile),
          "sample_users": [
            [
              "user_id": .string(hostile), "best_rated": [item], "recommended": [item],
              "reasons": "exact",
            ]
          ],
        ],
      ])
    let check = PageCheck(text)
    #expect(check.problems == [])
    #expect(check.text.contains("&lt;script&gt;alert(1)&lt;/script&gt;"))
    #expect(!text.contains("<script"))
  }

  @Test func howeverLongTextsAreThePageIsNot() {
    let long = String(repeating: "very long ", count: 50_000)
    let item: JSONValue = ["item_id": .string(long), "title": .string(long)]
    let items = JSONValue.array(Array(repeating: item, count: 500))
    let text = page(
      run: ["job": .string(long), "warnings": .array(Array(repeating: .string(long), count: 99))],
      metrics: ["recommendations": ["users": 1]],
      report: [
        "recommendations": [
          "most_recommended": items,
          "sample_users": .array(
            Array(repeating: ["user_id": .string(long), "recommended": items], count: 99)),
        ]
      ],
      history: (1...5000).map { ["search", "\($0)", "0.5", "0.6", "0.7", "0.001"] })
    #expect(PageCheck(text).problems == [])
  }

  /// The rows of a search of 300 epochs whose validation RMSE is least in epoch 251.
  private func search(_ phase: String) -> [[String]] {
    (1...300).map { [phase, "\($0)", "0.5", "0.\(999 - $0)", $0 == 251 ? "0.8" : "0.9", "0.001"] }
  }

  @Test func theBestEpochOfAFurtherModelIsAsManyAsItWasTrainedAgainFor() {
    let refit = (1...137).map { ["refit-2", "\($0)", "0.4", "", "", "0.001"] }
    let text = page(
      metrics: ["training": ["best_epoch": 9, "epochs": 300]],
      history: search("search-1") + search("search-2") + refit)
    #expect(text.contains("best epoch: 9<") && text.contains("best epoch: 137<"))
    #expect(!text.contains("best epoch: 251"))
    #expect(text.contains(#"<th scope="row" class="n">137</th><td>search-2</td>"#))
    #expect(PageCheck(text).problems == [])
  }

  @Test func theBestEpochOfAModelThatWasNotTrainedAgainIsTheLeastOfAll() {
    let history = search("search-1") + search("search-2")
    let text = page(metrics: ["training": ["best_epoch": 9, "epochs": 300]], history: history)
    #expect(text.contains("best epoch: 251<"))
    #expect(text.contains(#"<th scope="row" class="n">251</th><td>search-2</td>"#))
    let byLoss = page(
      plan: ["training": ["early_stopping": ["monitor": "validation-loss"]]],
      metrics: ["training": ["best_epoch": 9, "epochs": 300]], history: history)
    #expect(byLoss.contains("best epoch: 300<") && !byLoss.contains("best epoch: 251"))
  }

  @Test func whatFiltersTookOutIsThreeNumbers() {
    let text = page(
      metrics: [
        "data": [
          "ratings": 5,
          "filtered": [
            "outside_time_span": 1000, "below_minimum": 234, "users_dropped": 1,
            "items_dropped": 7,
          ],
        ]
      ])
    #expect(
      text.replacing("\u{A0}", with: " ")
        .contains("1,234 ratings, 1 user and 7 items taken out by filters"))
  }

  @Test func theResultIsOneSentence() {
    let metrics: JSONValue = [
      "evaluation": [
        "protocol": "held-out",
        "model": [
          "rows": 10_084, "rmse": 0.85449, "rmse_95_percent": ["lower": 0.8288, "upper": 0.88186],
        ],
        "baseline": ["rmse": 0.88077],
      ],
      "recommendations": ["users": 1, "rows": 10],
    ]
    let text = page(metrics: metrics, report: ["model": ["type": "biased-dot"]])
      .replacing("\u{A0}", with: " ")
    #expect(
      text.contains(
        "The biased-dot model&#39;s test RMSE is 0.8545 (95 % interval 0.8288 to 0.8819) on 10,084 "
          + "held-out ratings, 3.0 % less than the 0.8808 of the bias baseline; 10 recommendations "
          + "for 1 user are published."))
    #expect(!text.contains("Worth a look"))
  }
}
