import Storage

extension RunDirectory {
  private static let rollbackName = "rollback.json"

  /// Ends what a killed process began: removes what it left in the staging directory, and points
  /// `latest` at a run that it had moved to its place.
  ///
  /// That run had passed every gate. One that `latest` was rolled back from is left alone, and so is
  /// one that is damaged.
  ///
  /// - Returns: The run that became the latest, or `nil` if there was none.
  public func recover() throws(PublishingError) -> RunIdentifier? {
    try sweepStaging()
    let newest = try wrappingStorageErrors { () throws(StorageError) -> RunIdentifier? in
      guard let newest = try publishedIdentifiers().last, newest != rolledBackFrom else {
        return nil
      }
      return try latestIdentifier() == newest ? nil : newest
    }
    guard let newest, try Self.verify(place(Self.runsName, "\(newest)")).differences.isEmpty else {
      return nil
    }
    try wrappingStorageErrors { () throws(StorageError) in try pointLatest(at: newest) }
    return newest
  }

  /// Remembers the newest run, so that ``recover()`` does not take it for one that was never the
  /// latest.
  func noteRollback() throws(StorageError) {
    guard let newest = try publishedIdentifiers().last else { return }
    let note: JSONValue = ["newest": .string("\(newest)")]
    try FileSystem.makeDirectory(place(Self.stateName))
    try DurableFile.write(note.prettyText(), to: place(Self.stateName, Self.rollbackName))
  }

  /// The run that was the newest when `latest` was last rolled back.
  private var rolledBackFrom: RunIdentifier? {
    let path = place(Self.stateName, Self.rollbackName)
    guard let bytes = try? FileSystem.readBytes(path),
      let note = try? JSONParser.parseValue(bytes, path: path)
    else { return nil }
    return note["newest"]?.stringValue.flatMap { RunIdentifier($0) }
  }
}
