import Storage
import TestSupport
import Testing

extension Downstream {
  /// `jobs/load` loads runs into databases, which then have what the JSON lines have, byte for byte.
  @Suite struct LoadTests {
    @Test(.needs("sqlite3")) func sqlite() throws { try Self.check(SQLiteStore()) }

    @Test(.needs("duckdb")) func duckDB() throws { try Self.check(DuckDBStore()) }

    @Test(.needs("psql", "initdb", "postgres")) func postgreSQL() throws {
      try Self.check(PostgreSQLStore())
    }

    @Test(.needs("redis-server", "redis-cli")) func redis() throws {
      try Self.check(RedisStore())
    }

    private static func check(_ store: some Store) throws {
      let runs = try Downstream.runs()
      let (first, second) = (try NastyRuns.rows(runs.first), try NastyRuns.rows(runs.second))
      // Each in an order of its own, and the second without the third of each list.
      try #require(first.count > second.count && second.count > 100)
      #expect(first.contains { $0.title == nil } && first.contains { $0.title == [] })

      try expectLoaded(store, runs.first.path)
      #expect(try store.rows() == first)

      // The output directory stands for its latest run; readers see one run or the other, always whole.
      let loading = try store.startLoading(runs.directory.path("out"))
      var seen: [Set<LoadedRow>] = []
      repeat { seen.append(try store.rows()) } while loading.isRunning
      let outcome = try loading.finish()
      #expect(outcome.status == 0, "\(outcome.errors)")
      #expect(seen.allSatisfy { $0 == first || $0 == second })
      #expect(try store.rows() == second)

      try expectRefused(store, runs)
      #expect(try store.rows() == second)

      // Back to the earlier run, and on again to one that is there already.
      try expectLoaded(store, runs.first.path)
      #expect(try store.rows() == first)
      try expectLoaded(store, runs.second.path)
      try expectLoaded(store, runs.second.path)
      #expect(try store.rows() == second)
    }

    private static func expectLoaded(_ store: some Store, _ path: String) throws {
      let outcome = try store.load(path)
      #expect(outcome.status == 0, "\(outcome.errors)")
      #expect(outcome.output.isEmpty)
    }

    /// What is wrong with a file, and how a loader ends.
    private static func expectRefused(_ store: some Store, _ runs: NastyRuns) throws {
      // Under a name of their own, as tables that are there are not loaded again.
      try store.forgetOthers()
      func expect(
        _ status: Int32, _ message: String, fittingSums: Bool = true,
        changing change: (_ name: String, _ bytes: [UInt8]) throws -> [UInt8]
      ) throws {
        let directory = try TemporaryDirectory()
        let copy = try NastyRuns.copy(
          runs.first, into: directory, fittingSums: fittingSums, changing: change)
        let path = directory.path("20991231T000000Z-00000000")
        try FileSystem.rename(copy, to: path)
        let outcome = try store.load(path)
        #expect(outcome.status == status, "\(message): \(outcome.errors)")
        #expect(outcome.errors.contains(message), "\(outcome.errors)")
        #expect(try store.rows() == NastyRuns.rows(runs.second))
      }
      func isLoaded(_ name: String) -> Bool {
        name == (store.loader.name == "redis" ? "recommendations.resp" : "recommendations.jsonl")
      }
      try expect(65, "is damaged; nothing was loaded", fittingSums: false) { name, bytes in
        var bytes = bytes
        if isLoaded(name) { bytes[bytes.count / 2] ^= 1 }
        return bytes
      }
      // A user is missing.
      try expect(74, "was not loaded") { name, bytes in
        guard isLoaded(name) else { return bytes }
        let mark = Array((store.loader.name == "redis" ? "*4\r\n$4\r\nHSET" : "{\"user_id\"").utf8)
        let starts = bytes.indices.filter { bytes[$0...].starts(with: mark) }
        return Array(bytes[..<starts[3]] + bytes[starts[4]...])
      }
      if store.loader.name != "redis" {
        try expect(74, "was not loaded") { name, bytes in
          guard isLoaded(name) else { return bytes }
          var bytes = bytes
          // An opening brace, without which it is no JSON.
          bytes[0] = UInt8(ascii: " ")
          return bytes
        }
        // A contract that the loader does not know.
        try expect(74, "was not loaded") { name, bytes in
          guard name == "manifest.json" else { return bytes }
          let text = String(decoding: bytes, as: UTF8.self)
          return Array(
            text.replacing(
              /("path": "recommendations.jsonl"[^}]*"schema_version": )1/
            ) { "\($0.1)2" }.utf8)
        }
      }
      if ["postgresql", "sqlite"].contains(store.loader.name) {
        // A character that these databases do not have.
        try expect(74, "was not loaded") { name, bytes in
          guard isLoaded(name) else { return bytes }
          let text = String(decoding: bytes, as: UTF8.self)
          let changed = text.replacing("\"user_id\":\"007\"", with: "\"user_id\":\"0\\u00007\"")
          try #require(changed != text)
          return Array(changed.utf8)
        }
      }
      // A run that the job exports otherwise.
      let directory = try TemporaryDirectory()
      let copy = try NastyRuns.copy(runs.first, into: directory) { $1 }
      let sums = try FileSystem.readText("\(copy)/SHA256SUMS")
      try directory.write(
        sums.replacing(/.*recommendations\.(jsonl|resp)\n/, with: ""),
        to: "\(runs.first.name)/SHA256SUMS")
      let outcome = try store.load(copy)
      #expect(outcome.status == 66 && outcome.errors.contains("to export.formats of the job"))
      #expect(try store.load(directory.path).status == 66)
    }

    @Test(.needs("redis-server", "redis-cli"))
    func redisKeepsTheVersionBeforeForADay() throws {
      let (store, runs) = (try RedisStore(), try Downstream.runs())
      try Self.expectLoaded(store, runs.first.path)
      let before = try store.current
      #expect(before.wholeMatch(of: /recjob:\{nasty\}:[0-9a-f]{12}/) != nil)
      try Self.expectLoaded(store, runs.second.path)
      let after = try store.current
      #expect(after != before)
      #expect(try store.command("TTL", after) == "-1\n")
      let left = try #require(Int(store.command("TTL", before).dropLast()))
      #expect((86_000...86_400).contains(left))
      // What is gone is forgotten by the next load.
      _ = try store.command("DEL", before)
      try Self.expectLoaded(store, runs.second.path)
      #expect(try store.command("SMEMBERS", "\(RedisStore.prefix):versions") == after + "\n")
    }

    @Test(.needs("redis-server", "redis-cli"))
    func redisWithoutMemoryKeepsWhatItHas() throws {
      let (store, runs) = (try RedisStore(), try Downstream.runs())
      try Self.expectLoaded(store, runs.first.path)
      _ = try store.command("CONFIG", "SET", "maxmemory", "100000")
      let outcome = try store.load(runs.second.path)
      #expect(outcome.status == 74 && outcome.errors.contains("OOM"), "\(outcome.errors)")
      #expect(try store.rows() == NastyRuns.rows(runs.first))
    }

    @Test func partsAreListedVerifiedAndReproduced() throws {
      let run = try Downstream.runs().second
      let files = try #require(run.json("manifest.json")["files"]?.arrayValue).filter {
        $0["path"]?.stringValue?.hasPrefix("recommendations-") ?? false
      }
      let rows = try NastyRuns.rows(run).count
      for (format, expected) in [
        ("csv", rows), ("jsonl", NastyRuns.texts.count), ("resp", NastyRuns.texts.count),
      ] {
        let parts = files.filter { $0["path"]?.stringValue?.hasSuffix(".\(format).gz") ?? false }
        #expect(parts.count == (expected + 49) / 50)
        let counts = parts.compactMap { $0["rows"]?.intValue }
        #expect(counts.reduce(0, +) == expected && counts.allSatisfy { $0 <= 50 })
        #expect(parts.allSatisfy { $0["schema_version"] == 1 })
      }
      for command in ["verify", "reproduce"] {
        let outcome = try BuiltProgram.run([command, run.path], in: "/")
        #expect(outcome.status == 0, "\(outcome.errors)")
      }
    }

    @Test(.needs("sqlite3")) func threeRunsAreKept() throws {
      let (store, runs) = (try SQLiteStore(), try Downstream.runs())
      for second in 0..<5 {
        let directory = try TemporaryDirectory()
        let name = "2026010\(second)T000000Z-00000000"
        try FileSystem.rename(
          NastyRuns.copy(runs.first, into: directory) { $1 }, to: directory.path(name))
        try Self.expectLoaded(store, directory.path(name))
      }
      let tables = try store.query(
        "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name;")
      #expect(
        tables
          == (2...4).map { "recommendations_2026010\($0)T000000Z-00000000\n" }.joined())
    }
  }
}
