import Acquisition
import Storage

/// The files of a run that tell others where it came from: they name the digests of all other files.
struct RunStatements {
  static let provenanceName = "provenance.json"
  static let lineageName = "openlineage.jsonl"

  /// The record of the run.
  let record: RunRecord
  /// The ratings that were read.
  let ratings: Int
  /// Whether the items have titles.
  let hasTitles: Bool
  /// The output directory.
  let output: String

  /// The files by name, for a run whose other files are those of a manifest.
  func files(of manifest: Manifest) -> [(name: String, text: String)] {
    let provenance = ProvenanceStatement(record: record, manifest: manifest).json.prettyText()
    guard let options = record.plan.monitoring.openLineage else {
      return [(Self.provenanceName, provenance)]
    }
    let events = LineageEvents(
      job: record.plan.name, options: options, output: Machine.absolutePath(output),
      key: record.identifier)
    let outputs = LineageEvents.outputs(
      of: manifest, run: record.identifier, output: Machine.absolutePath(output),
      hasTitles: hasTitles)
    let inputs = LineageEvents.inputs(record, ratings: ratings)
    return [
      (Self.provenanceName, provenance),
      (
        Self.lineageName,
        events.lines([
          events.event(.start, at: record.started, inputs: inputs),
          events.event(.complete, at: record.finished, inputs: inputs, outputs: outputs),
        ])
      ),
    ]
  }
}

extension RunRecord {
  /// What the run read, by the name of its part: the dataset, and the items of a file of their own.
  var inputs: [(name: String, file: FetchedDataset)] {
    [("dataset", fetched.dataset)] + (fetched.items.map { [("items", $0)] } ?? [])
  }

  /// The URI of an input, without what may be secret in it.
  func uri(of file: FetchedDataset) -> String {
    file.isRemote ? file.shownOrigin : FileURI.text(Machine.absolutePath(file.path))
  }
}

extension FetchedDataset {
  /// Whether it came from a server.
  var isRemote: Bool {
    let scheme = origin.prefix { $0 != ":" }.lowercased()
    return scheme == "http" || scheme == "https"
  }
}

/// URLs of local files.
enum FileURI {
  /// The `file:` URL of an absolute path, after RFC 8089.
  static func text(_ path: String) -> String {
    let hex = Array("0123456789ABCDEF".utf8)
    var bytes = Array("file://".utf8)
    for byte in path.utf8 {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "/"), UInt8(ascii: "-"),
        UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"):
        bytes.append(byte)
      default:
        bytes += [UInt8(ascii: "%"), hex[Int(byte >> 4)], hex[Int(byte & 15)]]
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
