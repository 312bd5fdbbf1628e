import Foundation
import Storage
import TestSupport
import Testing

/// Where a run came from, as its records say.
@Suite struct ProvenanceTests {
  @Test func theRecordNamesProgramLibrariesAndMachine() throws {
    let fixture = try JobFixture()
    _ = try fixture.run("--threads", "1")
    let record = try fixture.latest.json("run.json")
    #expect(
      record["program_sha256"]?.stringValue == (try SHA256Digest.ofFile(BuiltProgram.path).hex))
    #expect(record["toolchain"]?.stringValue?.hasPrefix("Swift 6.") == true)
    #expect(record["libarchive"]?.stringValue?.hasPrefix("libarchive 3.") == true)
    #expect(record["zlib"]?.stringValue?.hasPrefix("1.") == true)
    #expect(["SSE2", "AVX2", "AVX-512", "NEON"].contains(record["vectors"]?.stringValue))
    #expect(record["dataset"]?["sha256"]?.stringValue == (try fixture.datasetDigest))
    #expect(record["plan_sha256"]?.stringValue?.count == 64)
    #expect(record["stage_seconds"]?["train"]?.doubleValue ?? 0 > 0)
    #expect(record["peak_memory_bytes"]?.intValue ?? 0 > 1 << 20)
    #expect(record["host"]?.stringValue?.isEmpty == false)
  }

  @Test func theStatementNamesEveryFileButThoseMadeFromIt() throws {
    let fixture = try JobFixture()
    _ = try fixture.run()
    let run = try fixture.latest
    let statement = try run.json("provenance.json")
    #expect(statement["_type"] == "https://in-toto.io/Statement/v1")
    #expect(statement["predicateType"] == "https://slsa.dev/provenance/v1")
    let subjects = try #require(statement["subject"]?.arrayValue).map {
      [$0["name"]?.stringValue, $0["digest"]?["sha256"]?.stringValue]
    }
    let made = ["provenance.json", "openlineage.jsonl"]
    let files = try #require(run.json("manifest.json")["files"]?.arrayValue).map {
      [$0["path"]?.stringValue, $0["sha256"]?.stringValue]
    }
    #expect(subjects == files.filter { !made.contains($0[0] ?? "") })
    #expect(files.count == subjects.count + 2)

    let definition = try #require(statement["predicate"]?["buildDefinition"])
    #expect(definition["externalParameters"]?["plan"] == (try run.json("plan.json")))
    let dependencies = try #require(definition["resolvedDependencies"]?.arrayValue)
    #expect(dependencies.map { $0["name"]?.stringValue } == ["dataset", "recjob"])
    #expect(dependencies[0]["digest"]?["sha256"]?.stringValue == (try fixture.datasetDigest))
    let uri = try #require(dependencies[0]["uri"]?.stringValue)
    #expect(URL(string: uri)?.path == (try FileSystem.resolved(fixture.path("data.zip"))))
    let details = try #require(statement["predicate"]?["runDetails"])
    #expect(details["metadata"]?["invocationId"]?.stringValue == run.name)
    #expect(details["builder"]?["id"]?.stringValue?.isEmpty == false)
    for key in ["startedOn", "finishedOn"] {
      #expect(throws: Never.self) {
        try Date(#require(details["metadata"]?[key]?.stringValue), strategy: .iso8601)
      }
    }
  }

  @Test func theLineageHasWhatTheSpecificationAsksFor() throws {
    let fixture = try JobFixture()
    _ = try fixture.run()
    let run = try fixture.latest
    let bytes = try run.bytes("openlineage.jsonl")
    let events = try bytes.split(separator: UInt8(ascii: "\n")).map {
      try JSONParser.parseValue(Array($0), path: "openlineage.jsonl")
    }
    #expect(events.map { $0["eventType"]?.stringValue } == ["START", "COMPLETE"])
    #expect(events[0]["run"]?["runId"] == events[1]["run"]?["runId"])
    for event in events {
      // What RunEvent of OpenLineage.json 2-0-2 requires.
      #expect(
        event["schemaURL"]?.stringValue?.hasSuffix("OpenLineage.json#/$defs/RunEvent") == true)
      #expect(event["producer"]?.stringValue.flatMap { URL(string: $0)?.scheme } != nil)
      _ = try Date(#require(event["eventTime"]?.stringValue), strategy: .iso8601)
      #expect(UUID(uuidString: try #require(event["run"]?["runId"]?.stringValue)) != nil)
      #expect(event["job"]?["namespace"] == "recjob" && event["job"]?["name"] == "planted")
      for dataset in (event["inputs"]?.arrayValue ?? []) + (event["outputs"]?.arrayValue ?? []) {
        #expect(dataset["namespace"] == "file")
        #expect(dataset["name"]?.stringValue?.hasPrefix("/") == true)
      }
      Self.expectFacets(in: event)
    }
    let input = try #require(events[1]["inputs"]?.arrayValue?.first)
    let version = input["facets"]?["version"]?["datasetVersion"]?.stringValue
    #expect(version == "sha256:\(try fixture.datasetDigest)")
    let rows = input["inputFacets"]?["inputStatistics"]?["rowCount"]?.intValue
    #expect(rows == fixture.data.rows().count)
    let outputs = try #require(events[1]["outputs"]?.arrayValue)
    let csv = try #require(
      outputs.first { $0["name"]?.stringValue?.hasSuffix("/latest/recommendations.csv") == true })
    let statistics = try #require(csv["outputFacets"]?["outputStatistics"])
    #expect(statistics["rowCount"]?.intValue == (try run.recommendationRows().count))
    #expect(statistics["size"]?.intValue == (try run.bytes("recommendations.csv").count))
    #expect(try FileSystem.readBytes(fixture.path("out/state/openlineage.jsonl")) == bytes)
  }

  @Test func lineageIsWrittenForThoseWhoWantIt() throws {
    let fixture = try JobFixture()
    _ = try fixture.run("--set", "monitoring.open_lineage=false")
    let names = try FileSystem.list(fixture.latest.path)
    #expect(!names.contains("openlineage.jsonl") && names.contains("provenance.json"))
    #expect(try FileSystem.list(fixture.path("out/state")) == ["last.json"])
  }

  @Test func theVersionIsToldWithTheLibraries() throws {
    let short = try BuiltProgram.run(["--version"], in: "/")
    let long = try BuiltProgram.run(["--version", "--verbose"], in: "/")
    #expect(short.status == 0 && long.status == 0)
    let lines = long.output.split(separator: "\n").map(String.init)
    #expect(lines.first == short.output.trimmingCharacters(in: .newlines))
    let names = lines.dropFirst().map { String($0.prefix { $0 != ":" }) }
    #expect(
      names == [
        "commit", "sha256", "results revision", "toolchain", "libarchive", "zlib", "vectors",
      ])
    #expect(lines.contains("sha256: \(try SHA256Digest.ofFile(BuiltProgram.path))"))
  }

  /// Every facet names its producer and its schema.
  private static func expectFacets(in value: JSONValue) {
    for member in value.objectValue ?? [] {
      if ["facets", "inputFacets", "outputFacets"].contains(member.key) {
        for facet in member.value.objectValue ?? [] {
          #expect(facet.value["_producer"] != nil, "\(facet.key)")
          #expect(
            facet.value["_schemaURL"]?.stringValue?.hasPrefix("https://openlineage.io/spec/facets/")
              == true, "\(facet.key)")
        }
      }
      expectFacets(in: member.value)
    }
    for element in value.arrayValue ?? [] { expectFacets(in: element) }
  }
}
