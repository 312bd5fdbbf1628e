import Foundation
import Storage
import TestSupport
import Testing

/// A database that `jobs/load` loads runs into.
protocol Store {
  /// The loader's name and what follows the run in its arguments.
  var loader: (name: String, arguments: [String]) { get }
  var environment: [String: String] { get }
  /// What readers see.
  func rows() throws -> Set<LoadedRow>
  /// Removes the versions that readers do not see, where a load could go on from what there is.
  func forgetOthers() throws
}

extension Store {
  var environment: [String: String] { [:] }
  func forgetOthers() throws {}

  func startLoading(_ path: String) throws -> ChildProcess {
    try Tool.start(
      "\(Project.jobs)/load/\(loader.name)", [path] + loader.arguments, environment: environment)
  }

  func load(_ path: String) throws -> Outcome { try startLoading(path).finish() }
}

/// A SQLite database in a new directory.
struct SQLiteStore: Store {
  let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  private var database: String { directory.path("a 'quoted' name.db") }
  var loader: (name: String, arguments: [String]) { ("sqlite", [database]) }

  func query(_ commands: String...) throws -> String {
    // The last to close the database locks it for a moment.
    let outcome = try Tool.run(
      "sqlite3", ["-batch", "-bail", "-cmd", ".timeout 60000", database] + commands)
    try #require(outcome.status == 0, "\(outcome.errors)")
    return outcome.output
  }

  func rows() throws -> Set<LoadedRow> {
    try LoadedRow.rows(
      query(
        "SELECT json_group_array(json_array(user_id, rank, item_id, score, title)) "
          + "FROM recommendations;"))
  }
}

/// A DuckDB database in a new directory.
struct DuckDBStore: Store {
  let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  private var database: String { directory.path("a 'quoted' name.duckdb") }
  var loader: (name: String, arguments: [String]) { ("duckdb", [database]) }

  func query(_ command: String) throws -> String {
    let outcome = try Tool.run(
      "duckdb", ["-batch", "-bail", "-readonly", "-list", "-noheader", database, "-c", command])
    try #require(outcome.status == 0, "\(outcome.errors)")
    return outcome.output
  }

  func rows() throws -> Set<LoadedRow> { try rows(of: "recommendations") }

  /// The rows of something in the place of a table.
  func rows(of table: String) throws -> Set<LoadedRow> {
    try LoadedRow.rows(
      query(
        "SELECT to_json(list(json_array(user_id, rank, item_id, score, title))) FROM \(table)"))
  }
}

/// A PostgreSQL cluster of its own, which listens on a socket in its directory.
final class PostgreSQLStore: Store {
  let directory: TemporaryDirectory
  private let server: ChildProcess

  static let schema = "a \"quoted\" name"
  var loader: (name: String, arguments: [String]) { ("postgresql", [Self.schema]) }
  var environment: [String: String] {
    ["PGHOST": directory.path, "PGUSER": "tester", "PGDATABASE": "postgres"]
  }

  init() throws {
    directory = try TemporaryDirectory()
    let owner = try Self.owner(directory.path)
    let data = directory.path("data")
    let made = try Tool.run(
      owner.first ?? "initdb",
      Array((owner + ["initdb"]).dropFirst()) + [
        "--pgdata", data, "--username", "tester", "--auth", "trust", "--encoding", "UTF8",
        "--no-sync",
      ])
    try #require(made.status == 0, "\(made.errors)")
    server = try Tool.start(
      owner.first ?? "postgres",
      Array((owner + ["postgres"]).dropFirst()) + [
        "-D", data, "-k", directory.path, "-h", "", "-F",
      ])
    let environment = environment
    try server.wait {
      (try? Tool.run("pg_isready", ["--quiet"], environment: environment).status) == 0
    }
  }

  deinit {
    // Ends it at once, with what it has in the system's shared memory.
    kill(server.identifier, SIGQUIT)
    _ = try? server.finish()
  }

  /// What stands before the server's commands: it refuses to run as root.
  private static func owner(_ directory: String) throws -> [String] {
    guard geteuid() == 0 else { return [] }
    let given = try Tool.run("chown", ["postgres", directory])
    try #require(given.status == 0, "\(given.errors)")
    return ["setpriv", "--reuid", "postgres", "--regid", "postgres", "--clear-groups"]
  }

  func query(_ command: String) throws -> String {
    let outcome = try Tool.run(
      "psql", ["--no-psqlrc", "--tuples-only", "--no-align", "--command", command],
      environment: environment)
    try #require(outcome.status == 0, "\(outcome.errors)")
    return outcome.output
  }

  func rows() throws -> Set<LoadedRow> {
    try rows(of: "\"a \"\"quoted\"\" name\".recommendations")
  }

  /// The rows of a table.
  func rows(of table: String) throws -> Set<LoadedRow> {
    try LoadedRow.rows(
      query(
        "SELECT json_agg(json_build_array(user_id, rank, item_id, score, title)) FROM \(table)"))
  }
}

/// A Redis server of its own, which listens on a socket in its directory.
final class RedisStore: Store {
  let directory: TemporaryDirectory
  private let server: ChildProcess

  static let prefix = "recjob:{nasty}"
  private var socket: String { directory.path("socket") }
  var loader: (name: String, arguments: [String]) { ("redis", ["-s", socket]) }

  init() throws {
    directory = try TemporaryDirectory()
    server = try Tool.start(
      "redis-server",
      [
        "--port", "0", "--unixsocket", directory.path("socket"), "--dir", directory.path,
        "--save", "", "--appendonly", "no",
      ])
    let socket = socket
    try server.wait {
      (try? Tool.run("redis-cli", ["-s", socket, "PING"]).output) == "PONG\n"
    }
  }

  func command(_ words: String...) throws -> String {
    let outcome = try Tool.run("redis-cli", ["-s", socket, "-e"] + words)
    try #require(outcome.status == 0, "\(outcome.errors)\(outcome.output)")
    return outcome.output
  }

  var current: String {
    get throws { try String(command("GET", "\(Self.prefix):current").dropLast()) }
  }

  func forgetOthers() throws {
    let versions = try command("SMEMBERS", "\(Self.prefix):versions").split(separator: "\n")
    let current = try current
    for version in versions where version != current {
      _ = try command("DEL", String(version))
    }
  }

  func rows() throws -> Set<LoadedRow> {
    let script = """
      return cjson.encode(redis.call('HGETALL', redis.call('GET', KEYS[1])))
      """
    let text = try command("EVAL", script, "1", "\(Self.prefix):current")
    let fields = try #require(
      JSONParser.parseValue(Array(text.utf8), path: "redis").arrayValue)
    return try Set(
      stride(from: 0, to: fields.count, by: 2).flatMap { field in
        let value = try #require(fields[field + 1].stringValue)
        return try LoadedRow.rows(
          user: #require(fields[field].stringValue),
          JSONParser.parseValue(Array(value.utf8), path: "redis"))
      })
  }
}
