import Storage

/// Results as Markdown tables: the loops beside their peers, the loops alone, the whole job.
struct ResultTables {
  private let loops: [JSONValue]
  private let peers: [JSONValue]
  private let jobs: [JSONValue]

  /// Sorts results, one JSON object for each line, by what they measure.
  ///
  /// Where two results measure the same, the later one counts.
  init(lines: [JSONValue]) {
    func kept(_ measure: String, _ keys: [String]) -> [JSONValue] {
      var identities: [[JSONValue?]] = []
      var kept: [JSONValue] = []
      for line in lines where line["measure"]?.stringValue == measure {
        let identity = keys.map { line[$0] }
        if let place = identities.firstIndex(of: identity) {
          kept[place] = line
        } else {
          identities.append(identity)
          kept.append(line)
        }
      }
      return kept
    }
    loops = kept("loop", ["loop", "threads"])
    peers = kept("peer", ["loop", "peer"])
    jobs = kept("job", ["ratings", "threads", "overrides"]).sorted {
      ($0["ratings"]?.intValue ?? 0) < ($1["ratings"]?.intValue ?? 0)
    }
  }

  /// The tables, each with the machine and the commit that it was measured on.
  var markdown: String {
    [peerTable, loopTable, jobTable].compactMap(\.self).joined(separator: "\n")
  }

  private var peerTable: String? {
    guard !peers.isEmpty else { return nil }
    let rows = peers.map { result in
      let unit = result["unit"]?.stringValue ?? ""
      let peer = [result["peer"], result["peer_version"]].compactMap { $0?.stringValue }
      return [
        "`\(result["loop"]?.stringValue ?? "")`",
        Figure.rate(result["ours_per_second"], unit), Figure.rate(result["peer_per_second"], unit),
        peer.joined(separator: " "), Figure.short(result["ratio"]) + " ×",
      ]
    }
    return Self.table(
      ["loop, one thread each", "recjob", "peer", "which", "ratio"], rows,
      note: "Medians of rounds in turns; a ratio is the median of those of the rounds. "
        + Self.origin(peers))
  }

  private var loopTable: String? {
    guard !loops.isEmpty else { return nil }
    let rows = loops.map { result in
      let unit = result["unit"]?.stringValue ?? ""
      let extra = [
        result["megabytes_per_second"].map { Figure.short($0) + " MB/s" },
        result["gigaflops"].map { Figure.short($0) + " GFLOP/s" },
      ].compactMap(\.self)
      return [
        "`\(result["loop"]?.stringValue ?? "")`", Figure.short(result["threads"]),
        Figure.rate(result["median_per_second"], unit), extra.joined(separator: ", "),
        Figure.megabytes(result["peak_memory_bytes"]),
      ]
    }
    return Self.table(
      ["loop", "threads", "median", "that is", "peak memory"], rows,
      note: Self.origin(loops))
  }

  private var jobTable: String? {
    guard !jobs.isEmpty else { return nil }
    let columns = jobs.map { result in
      let ratings = result["ratings"]?.doubleValue ?? .nan
      func perRating(_ key: String, _ scale: Double) -> String {
        Figure.short((result[key]?.doubleValue ?? .nan) * scale / ratings)
      }
      func stage(_ names: String...) -> String {
        let seconds = names.compactMap { result["stage_seconds"]?[$0]?.doubleValue }
        return Figure.short(seconds.reduce(0, +))
      }
      let error = result["test_rmse"]?.doubleValue ?? .nan
      let floor = result["planted_floor_rmse"]?.doubleValue ?? .nan
      return [
        Figure.short(ratings), Figure.short(result["users"]), Figure.short(result["items"]),
        Figure.short(result["threads"]), Figure.short(result["seconds"]),
        stage("lock", "fetch", "read"), stage("split"), stage("train"), stage("evaluate"),
        stage("recommend"), stage("gate", "export", "bundle", "publish"),
        perRating("seconds", 1e6), Figure.megabytes(result["peak_memory_bytes"]),
        perRating("peak_memory_bytes", 1), Figure.short(result["epochs"]),
        Figure.decimal(error, places: 4), Figure.decimal(error - floor, places: 4),
      ]
    }
    let titles = [
      "ratings", "users", "items", "threads", "seconds, zip to published run", "reading",
      "splitting", "training", "evaluation", "ranking", "export and bundle",
      "microseconds a rating", "peak memory", "bytes a rating", "epochs", "test RMSE",
      "above the planted floor",
    ]
    // Sizes side by side: a row for each figure.
    let rows = titles.indices.dropFirst().map { row in [titles[row]] + columns.map { $0[row] } }
    return Self.table(
      ["the whole job on"] + columns.map { $0[0] + " ratings" }, rows, note: Self.origin(jobs))
  }

  private static func table(_ header: [String], _ rows: [[String]], note: String) -> String {
    let lines = [header, header.map { _ in "---" }] + rows
    return lines.map { "| " + $0.joined(separator: " | ") + " |\n" }.joined() + "\n" + note + "\n"
  }

  /// What results were measured on, each machine and commit once.
  private static func origin(_ results: [JSONValue]) -> String {
    var sentences: [String] = []
    for result in results {
      let machine = result["machine"]
      let commit = result["commit"]?.stringValue.map { " at `\($0)`" } ?? ""
      let sentence =
        "recjob \(result["version"]?.stringValue ?? "")\(commit) on "
        + "\(machine?["cpu"]?.stringValue ?? "an unknown processor"), "
        + "\(Figure.short(machine?["cores"])) cores, \(machine?["vectors"]?.stringValue ?? "")."
      if !sentences.contains(sentence) { sentences.append(sentence) }
    }
    return sentences.joined(separator: " ")
  }
}
