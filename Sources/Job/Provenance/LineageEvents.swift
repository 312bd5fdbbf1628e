import Acquisition
import Foundation
import Publishing
import Storage

/// The OpenLineage events of a run (specification 2-0-2).
struct LineageEvents {
  /// The states that are told.
  enum Kind: String {
    case start = "START"
    case complete = "COMPLETE"
    case fail = "FAIL"
  }

  static let producer = "urn:x-recjob:\(Program.version)"

  private let job: String
  private let options: LineageOptions
  private let runId: String

  /// Prepares the events of the run that `key` names in an output directory; the same key gives the
  /// same run id.
  init(job: String, options: LineageOptions, output: String, key: String) {
    self.job = job
    self.options = options
    runId = Self.uuid(
      of: ["recjob", options.namespace, job, output, key].joined(separator: "\n"))
  }

  /// The text of a file of events, one on each line.
  func lines(_ events: [JSONValue]) -> String {
    events.map { "\($0.text())\n" }.joined()
  }

  /// One event; `failure` is what a failed run says.
  func event(
    _ kind: Kind, at time: Date, inputs: [JSONValue] = [], outputs: [JSONValue] = [],
    failure: String? = nil
  ) -> JSONValue {
    var facets: [JSONMember] = [
      JSONMember(
        key: "processing_engine",
        value: Self.facet(
          "1-1-1/ProcessingEngineRunFacet.json",
          [
            "version": .string(Program.version), "name": "recjob",
            "openlineageAdapterVersion": .string(Program.version),
          ]))
    ]
    if let failure {
      let members: JSONValue = ["message": .string(failure), "programmingLanguage": "Swift"]
      facets.append(
        JSONMember(
          key: "errorMessage", value: Self.facet("1-0-1/ErrorMessageRunFacet.json", members)))
    }
    return [
      "eventType": .string(kind.rawValue),
      "eventTime": .string(Machine.timeText(time)),
      "run": ["runId": .string(runId), "facets": .object(facets)],
      "job": [
        "namespace": .string(options.namespace), "name": .string(job),
        "facets": [
          "jobType": Self.facet(
            "2-0-3/JobTypeJobFacet.json",
            ["processingType": "BATCH", "integration": "RECJOB", "jobType": "JOB"])
        ],
      ],
      "inputs": .array(inputs),
      "outputs": .array(outputs),
      "producer": .string(Self.producer),
      "schemaURL": "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent",
    ]
  }

  // MARK: - Datasets

  /// What the run read; `ratings` is the number of ratings that came out of the dataset.
  static func inputs(_ record: RunRecord, ratings: Int) -> [JSONValue] {
    record.inputs.map { name, file in
      let (namespace, path) = place(of: file)
      var statistics: [JSONMember] = [JSONMember(key: "size", value: .integer(file.bytes))]
      if name == "dataset" {
        statistics.insert(JSONMember(key: "rowCount", value: .integer(ratings)), at: 0)
      }
      return [
        "namespace": .string(namespace), "name": .string(path),
        "facets": [
          "version": version("sha256:\(file.sha256.hex)"),
          "dataSource": facet(
            "1-0-1/DatasourceDatasetFacet.json",
            ["name": .string(name), "uri": .string(record.uri(of: file))]),
        ],
        "inputFacets": [
          "inputStatistics": facet(
            "1-0-0/InputStatisticsInputDatasetFacet.json", .object(statistics))
        ],
      ]
    }
  }

  /// The exports and the bundle of a run, named by the path that readers use, which is the same every
  /// night; the version is the run.
  static func outputs(
    of manifest: Manifest, run: String, output: String, hasTitles: Bool
  ) -> [JSONValue] {
    manifest.entries.filter {
      PublishedLists.format(ofFile: $0.path) != nil || $0.path.hasPrefix("model-")
    }.map { entry in
      var statistics: [JSONMember] = [JSONMember(key: "size", value: .integer(entry.bytes))]
      if let rows = entry.rows {
        statistics.insert(JSONMember(key: "rowCount", value: .integer(rows)), at: 0)
      }
      var facets: [JSONMember] = [JSONMember(key: "version", value: version(run))]
      if PublishedLists.format(ofFile: entry.path) == "csv" {
        facets.append(JSONMember(key: "schema", value: schema(hasTitles: hasTitles)))
      }
      // The archive's name has the model's version in it, and would be another dataset every night.
      let name = entry.path.hasPrefix("model-") ? "model" : entry.path
      return [
        "namespace": "file", "name": .string("\(output)/latest/\(name)"),
        "facets": .object(facets),
        "outputFacets": [
          "outputStatistics": facet(
            "1-0-2/OutputStatisticsOutputDatasetFacet.json", .object(statistics))
        ],
      ]
    }
  }

  private static func schema(hasTitles: Bool) -> JSONValue {
    let columns =
      [
        ("user_id", "string"), ("rank", "integer"), ("item_id", "string"), ("score", "float"),
      ] + (hasTitles ? [("title", "string")] : [])
    let fields = columns.map { name, type -> JSONValue in
      ["name": .string(name), "type": .string(type)]
    }
    return facet("1-1-1/SchemaDatasetFacet.json", ["fields": .array(fields)])
  }

  private static func version(_ text: String) -> JSONValue {
    facet("1-0-1/DatasetVersionDatasetFacet.json", ["datasetVersion": .string(text)])
  }

  /// The namespace and name of an input, by OpenLineage's rules for names.
  private static func place(of file: FetchedDataset) -> (namespace: String, name: String) {
    guard file.isRemote, let url = URL(string: file.shownOrigin), let host = url.host else {
      return ("file", Machine.absolutePath(file.path))
    }
    let port = url.port.map { ":\($0)" } ?? ""
    return ("\(url.scheme ?? "https")://\(host)\(port)", url.path)
  }

  private static func facet(_ schema: String, _ members: JSONValue) -> JSONValue {
    .object(
      [
        JSONMember(key: "_producer", value: .string(producer)),
        JSONMember(
          key: "_schemaURL", value: .string("https://openlineage.io/spec/facets/\(schema)")),
      ] + members.objectMembers)
  }

  /// A UUID of version 8 (RFC 9562): the first bits of the text's SHA-256.
  static func uuid(of text: String) -> String {
    var digits = Array(SHA256Digest(of: text).hex.utf8.prefix(32))
    digits[12] = UInt8(ascii: "8")
    digits[16] = Array("89ab".utf8)[Int(digits[16] % 4)]
    let parts = [0..<8, 8..<12, 12..<16, 16..<20, 20..<32]
    return parts.map { String(decoding: digits[$0], as: UTF8.self) }.joined(separator: "-")
  }
}
