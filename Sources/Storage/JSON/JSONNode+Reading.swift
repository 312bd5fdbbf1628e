extension JSONNode {
  /// The value of a key, or `nil` where this is no object or has no such key.
  ///
  /// - Complexity: O(number of members).
  public subscript(key: String) -> JSONNode? {
    guard case .object(let members) = kind else { return nil }
    return members.first { $0.key == key }?.node
  }

  /// Returns the text of a key of this object; `path` is the file that errors name.
  public func string(_ key: String, path: String) throws(StorageError) -> String {
    guard case .string(let text) = try required(key, path: path).kind else {
      throw fault("\"\(key)\" must be a text", path: path)
    }
    return text
  }

  /// Returns the whole number of a key of this object; `path` is the file that errors name.
  public func integer(_ key: String, path: String) throws(StorageError) -> Int {
    guard let value = try required(key, path: path).value.intValue else {
      throw fault("\"\(key)\" must be a whole number", path: path)
    }
    return value
  }

  /// Returns the elements of a key of this object; `path` is the file that errors name.
  public func array(_ key: String, path: String) throws(StorageError) -> [JSONNode] {
    guard case .array(let elements) = try required(key, path: path).kind else {
      throw fault("\"\(key)\" must be an array", path: path)
    }
    return elements
  }

  /// Returns an error that names the place of this value.
  public func fault(_ reason: String, path: String) -> StorageError {
    .malformedJSON(path: path, line: position.line, column: position.column, reason: reason)
  }

  private func required(_ key: String, path: String) throws(StorageError) -> JSONNode {
    guard let node = self[key] else { throw fault("the key \"\(key)\" is missing", path: path) }
    return node
  }
}

extension JSONParser {
  /// Reads and parses a file whose objects must not repeat a key.
  public static func parseFile(_ path: String) throws(StorageError) -> JSONNode {
    let bytes = try FileSystem.readBytes(path)
    do {
      let node = try parse(bytes, path: path)
      try node.checkUniqueKeys(path: path)
      return node
    } catch {
      throw StorageError(error)
    }
  }
}
