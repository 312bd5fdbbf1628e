extension Manifest {
  /// The version of the form below; a reader refuses a greater one.
  public static let schemaVersion = 1

  /// The manifest as `manifest.json` holds it.
  public func json() -> JSONValue {
    [
      "schema_version": .integer(Self.schemaVersion),
      "files": .array(
        entries.map { entry in
          var members = [
            JSONMember(key: "path", value: .string(entry.path)),
            JSONMember(key: "bytes", value: .integer(entry.bytes)),
            JSONMember(key: "sha256", value: .string(entry.sha256.hex)),
          ]
          if let rows = entry.rows {
            members.append(JSONMember(key: "rows", value: .integer(rows)))
          }
          if let version = entry.schemaVersion {
            members.append(JSONMember(key: "schema_version", value: .integer(version)))
          }
          return .object(members)
        }),
    ]
  }

  /// Reads a `manifest.json`.
  ///
  /// A newer schema version, a path that leaves the directory and a path that is listed twice are
  /// errors, beside what is no manifest at all.
  public init(contentsOf path: String) throws(StorageError) {
    try self.init(json: try JSONParser.parseFile(path), path: path)
  }

  /// Reads a manifest from its parsed form; `path` is the file that errors name.
  public init(json: JSONNode, path: String) throws(StorageError) {
    let version = try json.integer("schema_version", path: path)
    guard version == Self.schemaVersion else {
      throw json.fault(
        "the manifest has schema version \(version), this program reads \(Self.schemaVersion)",
        path: path)
    }
    var entries: [Entry] = []
    var seen: Set<String> = []
    for file in try json.array("files", path: path) {
      let name = try file.string("path", path: path)
      guard PathName.isContained(name) else {
        throw file.fault("the path \"\(name)\" leaves the directory", path: path)
      }
      guard seen.insert(name).inserted else {
        throw file.fault("the path \"\(name)\" is listed twice", path: path)
      }
      guard let sha256 = SHA256Digest(hex: try file.string("sha256", path: path)) else {
        throw file.fault("\"sha256\" must be 64 hexadecimal digits", path: path)
      }
      func integerIfAny(_ key: String) throws(StorageError) -> Int? {
        file[key] == nil ? nil : try file.integer(key, path: path)
      }
      entries.append(
        Entry(
          path: name, bytes: try file.integer("bytes", path: path), sha256: sha256,
          rows: try integerIfAny("rows"), schemaVersion: try integerIfAny("schema_version")))
    }
    self.init(entries: entries)
  }
}
