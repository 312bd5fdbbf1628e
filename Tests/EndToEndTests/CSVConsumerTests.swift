import Storage
import TestSupport
import Testing

extension Downstream {
  /// Readers of CSV come to the rows of the JSON lines; a title that is missing is an empty one.
  @Suite struct CSVConsumerTests {
    private static func expected() throws -> Set<LoadedRow> {
      try Set(NastyRuns.rows(Downstream.runs().first).map(\.withTitle))
    }

    private static func csv() throws -> String {
      try Downstream.runs().first.file("recommendations.csv")
    }

    @Test(.needsPython) func python() throws {
      let outcome = try Python.run("read_csv.py", [Self.csv()])
      try #require(outcome.status == 0, "\(outcome.errors)")
      #expect(try LoadedRow.rows(outcome.output) == Self.expected())
    }

    @Test(.needs("duckdb")) func duckDB() throws {
      let outcome = try Tool.run(
        "duckdb",
        [
          "-batch", "-bail", "-list", "-noheader", "-c",
          """
          SELECT to_json(list(json_array(user_id, rank, item_id, score, title)))
          FROM read_csv('\(Self.csv())', header = true, delim = ',', quote = '"', escape = '"',
            new_line = '\\n', auto_detect = false, columns = {user_id: 'VARCHAR', rank: 'INTEGER',
            item_id: 'VARCHAR', score: 'FLOAT', title: 'VARCHAR'},
            force_not_null = ['user_id', 'item_id', 'title'])
          """,
        ])
      try #require(outcome.status == 0, "\(outcome.errors)")
      #expect(try LoadedRow.rows(outcome.output) == Self.expected())
    }

    @Test(.needs("sqlite3")) func sqlite() throws {
      let output = try SQLiteStore().query(
        "CREATE TABLE t (user_id TEXT, rank INTEGER, item_id TEXT, score REAL, title TEXT);",
        ".import --csv --skip 1 '\(Self.csv())' t",
        "SELECT json_group_array(json_array(user_id, rank, item_id, score, title)) FROM t;")
      #expect(try LoadedRow.rows(output) == Self.expected())
    }

    @Test(.needs("psql", "initdb", "postgres")) func postgreSQL() throws {
      let store = try PostgreSQLStore()
      // The server reads the file itself, as psql before 18 takes a line `\.` for the end of it.
      let file = try store.directory.write(
        FileSystem.readBytes(Self.csv()), to: "recommendations.csv")
      #expect(try Tool.run("chmod", ["o+r", file]).status == 0)
      _ = try store.query(
        """
        CREATE TABLE t (user_id text, rank integer, item_id text, score real, title text);
        COPY t FROM '\(file)' WITH (FORMAT csv, HEADER true, FORCE_NOT_NULL (title));
        """)
      #expect(try store.rows(of: "t") == Self.expected())
    }

    @Test func noTitleIsAFormulaWhereTheyAreEscaped() throws {
      let runs = try Downstream.runs()
      let directory = try TemporaryDirectory()
      func run(_ policy: String) throws -> Outcome {
        try BuiltProgram.run(
          [
            "run", "job.json", "--set", "export.formula_policy=\(policy)", "--output",
            directory.path("out"),
          ], in: runs.directory.path)
      }
      #expect(try run("escape").status == 0)
      let plain = try runs.first.recommendationRows()
      let escaped = try PublishedRun(directory.path("out")).recommendationRows()
      #expect(plain.count == escaped.count)
      var count = 0
      for (before, after) in zip(plain, escaped) {
        // Ids stay as they are, whatever they look like.
        #expect(
          before.dropLast().map { Array($0.utf8) } == after.dropLast().map { Array($0.utf8) })
        if Array(before[4].utf8) != Array(after[4].utf8) { count += 1 }
        #expect(after[4].first.map { !"=+-@\t\r\n".contains($0) } ?? true)
      }
      #expect(count > 0)

      let outcome = try run("error")
      #expect(outcome.status == 65)
      #expect(outcome.errors.contains("looks like a formula"))
    }
  }
}
