import Foundation
import Storage
import TestSupport
import Testing

/// What `recjob inspect` says of each type of model.
@Suite struct InspectTests {
  static let models: [(name: String, keys: String)] =
    [
      "bias", "dot", "biased-dot", "logistic-dot", "neural", "svd-plus-plus", "als", "item-knn",
      "ease", "ials",
    ].map { ($0, #""model": {"type": "\#($0)"}"#) } + [
      (
        "bayesian-fm",
        #""model": {"type": "bayesian-fm", "samples": 8, "burn_in": 2, "kept_samples": 6, "#
          + #""features": ["implicit", "genres", "user-genre", "day", "time-neighbours"]}"#
      ),
      (
        "network-features",
        #""model": {"type": "neural", "user_factors": 6, "features": ["genres", "date"]}"#
      ),
      (
        "blend",
        #""model": [{"type": "biased-dot"}, {"type": "neural"}, {"type": "item-knn"}], "#
          + #""select": "blend""#
      ),
      (
        "stack",
        #""model": [{"type": "als"}, {"type": "bias"}], "select": "stack", "#
          + #""stack": {"folds": 2, "trees": 5, "min_leaf_ratings": 20}"#
      ),
    ]

  private static func run(_ keys: String) throws -> JobFixture {
    let fixture = try JobFixture(
      PlantedDataset(users: 25, items: 18),
      job: """
        { "name": "planted", "dataset": { "sources": ["data.zip"] }, \(keys),
          "training": { "max_epochs": 2 }, "gates": { "beat_baseline": "off" },
          "recommend": { "k": 3 }, "output": { "directory": "out" } }
        """)
    let outcome = try fixture.run()
    try #require(outcome.status == 0, "\(outcome.errors)")
    return fixture
  }

  /// The number of values of each tensor, by nothing but the file's own header.
  private static func valueCount(_ bytes: [UInt8]) throws -> Int {
    let length = bytes.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
    let header = try JSONParser.parseValue(Array(bytes[8..<8 + length]), path: "header")
    return try #require(header.objectValue).filter { $0.key != "__metadata__" }.reduce(0) {
      $0 + ($1.value["shape"]?.arrayValue ?? []).compactMap(\.intValue).reduce(1, *)
    }
  }

  @Test(arguments: models)
  func everyNumberOfTheFileBelongsToALayer(name: String, keys: String) throws {
    let fixture = try Self.run(keys)
    let outcome = try fixture.recjob("inspect", "out", "--json")
    #expect(outcome.status == 0, "\(outcome.errors)")
    let json = try JSONParser.parseValue(Array(outcome.output.utf8), path: "summary")
    let layers = try #require(json["layers"]?.arrayValue)
    let weights = name == "blend" ? 3 : 0
    let values = try Self.valueCount(fixture.latest.bytes("model/model.safetensors"))
    #expect(json["parameters"]?["total"]?.intValue == values + weights)

    // A layer stands after those that it takes its input from, and no name comes twice.
    var known: Set<String> = []
    for layer in layers {
      let inputs = try #require(layer["connected_to"]?.arrayValue).compactMap(\.stringValue)
      #expect(known.isSuperset(of: inputs), "\(inputs)")
      #expect(layer["type"] == "Input" || !inputs.isEmpty)
      #expect(known.insert(try #require(layer["name"]?.stringValue)).inserted)
    }
    let used = layers.flatMap { $0["connected_to"]?.arrayValue ?? [] }.compactMap(\.stringValue)
    #expect(known.subtracting(used).count == 1, "more than one layer leads nowhere")

    let provenance = try #require(json["provenance"])
    #expect(try provenance["dataset_sha256"]?.stringValue == fixture.datasetDigest)
    #expect(try provenance["run"]?.stringValue == fixture.latest.name)
    #expect(provenance["split"]?["seed"] == 42)
  }

  @Test(arguments: ["network-features", "blend"])
  func theSummaryIsAsItWas(name: String) throws {
    let keys = try #require(Self.models.first { $0.name == name }?.keys)
    let text = try Self.run(keys).recjob("inspect", "out").output
    let table = text.prefix(upTo: try #require(text.range(of: "\nPrediction")).lowerBound)
    try Snapshot.expect(
      String(table.split(separator: "\n").dropFirst(2).joined(separator: "\n")) + "\n",
      toBe: "inspect.\(name).txt")
  }
}
