import Acquisition
import Storage

/// The content of `provenance.json`: an in-toto Statement (v1) with SLSA provenance (v1).
///
/// It is not signed: it says what the run says of itself, and whoever can write the run can write it.
struct ProvenanceStatement {
  /// What kind of build a run is; `externalParameters` has its plan.
  static let buildType = "urn:x-recjob:run:1"

  let record: RunRecord
  let manifest: Manifest

  var json: JSONValue {
    [
      "_type": "https://in-toto.io/Statement/v1",
      "subject": .array(
        manifest.entries.map { ["name": .string($0.path), "digest": Self.digest($0.sha256)] }),
      "predicateType": "https://slsa.dev/provenance/v1",
      "predicate": [
        "buildDefinition": [
          "buildType": .string(Self.buildType),
          "externalParameters": ["plan": record.plan.json()],
          "internalParameters": [
            "threads": .integer(record.threads),
            "results_revision": .integer(Program.resultsRevision),
          ],
          "resolvedDependencies": .array(dependencies),
        ],
        "runDetails": [
          "builder": [
            "id": .string("urn:x-recjob:host:\(record.host)"),
            "version": .object(versions),
          ],
          "metadata": [
            "invocationId": .string(record.identifier),
            "startedOn": .string(Machine.timeText(record.started)),
            "finishedOn": .string(Machine.timeText(record.finished)),
          ],
        ],
      ],
    ]
  }

  private var dependencies: [JSONValue] {
    var dependencies: [JSONValue] = record.inputs.map { name, file in
      [
        "name": .string(name), "uri": .string(record.uri(of: file)),
        "digest": Self.digest(file.sha256),
        "annotations": ["etag": file.etag.map { .string($0) } ?? .null],
      ]
    }
    if let program = ProgramBuild.current.sha256 {
      dependencies.append(["name": "recjob", "digest": Self.digest(program)])
    }
    return dependencies
  }

  private var versions: [JSONMember] {
    let build = ProgramBuild.current
    return [
      ("recjob", Program.version), ("commit", build.commit ?? "unknown"),
      ("toolchain", build.toolchain), ("libarchive", build.archiveLibrary), ("zlib", build.zlib),
    ].map { JSONMember(key: $0.0, value: .string($0.1)) }
  }

  private static func digest(_ digest: SHA256Digest) -> JSONValue {
    ["sha256": .string(digest.hex)]
  }
}
