import Storage

/// The JSON files of bundles and runs, read with the names of their owners in errors.
enum ManifestFile {
  static let name = "manifest.json"

  /// The text of a manifest's file.
  static func text(_ manifest: Manifest) -> String {
    manifest.json().prettyText()
  }

  /// Reads a manifest; `owner` is the path that errors call damaged.
  static func parse(_ bytes: [UInt8], owner: String) throws(PublishingError) -> Manifest {
    let node: JSONNode
    do throws(JSONError) {
      node = try JSONParser.parse(bytes, path: name)
    } catch {
      throw damage(error, file: name, owner: owner)
    }
    do throws(StorageError) {
      return try Manifest(json: node, path: name)
    } catch {
      guard case .malformedJSON(_, let line, let column, let reason) = error else {
        throw .storage(error)
      }
      let fault = JSONError(path: name, line: line, column: column, reason: reason)
      throw damage(fault, file: name, owner: owner)
    }
  }

  /// Parses a JSON file that must hold an object.
  static func parseObject(
    _ bytes: [UInt8], file: String, owner: String
  ) throws(PublishingError) -> JSONValue {
    let value: JSONValue
    do throws(JSONError) {
      value = try JSONParser.parseValue(bytes, path: file)
    } catch {
      throw damage(error, file: file, owner: owner)
    }
    guard case .object = value else {
      throw .damaged(path: owner, file: file, reason: "does not hold a JSON object")
    }
    return value
  }

  private static func damage(
    _ error: JSONError, file: String, owner: String
  ) -> PublishingError {
    .damaged(
      path: owner, file: file,
      reason: "is wrong at line \(error.line), column \(error.column): \(error.reason)")
  }
}
