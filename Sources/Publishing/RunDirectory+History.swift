import Storage

extension RunDirectory {
  /// The run that `latest` points at, or `nil` if there is none.
  public func latest() throws(PublishingError) -> RunIdentifier? {
    try wrappingStorageErrors { () throws(StorageError) in try latestIdentifier() }
  }

  /// The published runs, oldest first.
  public func runs() throws(PublishingError) -> [PublishedRun] {
    try wrappingStorageErrors { () throws(StorageError) in
      let latest = try latestIdentifier()
      return try publishedIdentifiers().map { identifier in
        let path = place(Self.runsName, "\(identifier)")
        return PublishedRun(
          identifier: identifier, path: path, isLatest: identifier == latest,
          metrics: Self.metrics(at: path))
      }
    }
  }

  /// Points `latest` at another run, by default the one before it, and returns that run.
  ///
  /// The run is verified first; a damaged one is refused and `latest` stays as it is.
  @discardableResult
  public func rollback(to name: String? = nil) throws(PublishingError) -> RunIdentifier {
    // First, since a run that a killed process left is none to go back to.
    try sweepStaging()
    let published = try wrappingStorageErrors { () throws(StorageError) in
      try publishedIdentifiers()
    }
    let target: RunIdentifier
    if let name {
      guard let identifier = RunIdentifier(name), published.contains(identifier) else {
        throw .unknownRun(output: path, run: name, known: published.map { "\($0)" })
      }
      target = identifier
    } else {
      guard let latest = try latest() else { throw .noLatestRun(output: path) }
      guard let earlier = published.last(where: { $0 < latest }) else {
        throw .noEarlierRun(output: path, latest: "\(latest)")
      }
      target = earlier
    }
    let run = place(Self.runsName, "\(target)")
    if let difference = try Self.verify(run).differences.first {
      throw .damaged(path: run, difference)
    }
    try wrappingStorageErrors { () throws(StorageError) in
      try noteRollback(from: published.last)
      try flipLatest(by: prepareLink(Self.rollbackName, to: target))
    }
    return target
  }

  /// The run that was the newest when `latest` was last pointed at another by a rollback.
  ///
  /// A newer run than `latest` that is not this one never became the latest.
  public var rolledBackFrom: RunIdentifier? {
    guard let bytes = try? FileSystem.readBytes(rollbackNote),
      let note = try? JSONParser.parseValue(bytes, path: rollbackNote)
    else { return nil }
    return note["newest"]?.stringValue.flatMap { RunIdentifier($0) }
  }

  private var rollbackNote: String { place(Self.stateName, "rollback.json") }

  private func noteRollback(from newest: RunIdentifier?) throws(StorageError) {
    guard let newest else { return }
    let note: JSONValue = ["newest": .string("\(newest)")]
    try FileSystem.makeDirectory(place(Self.stateName))
    try DurableFile.write(note.prettyText(), to: rollbackNote)
  }

  /// Returns the directory that the path's `latest` leads to, or the path if it has no such link.
  public static func resolvingLatest(_ path: String) throws(PublishingError) -> String {
    // Whoever may not look into the directory is told so; the probes below would only say no.
    _ = try wrappingStorageErrors { () throws(StorageError) in try FileSystem.list(path) }
    let link = PathName.joined(path, latestName)
    guard FileSystem.isSymbolicLink(link) else { return path }
    guard let run = try? FileSystem.resolved(link) else { throw .noLatestRun(output: path) }
    return run
  }

  /// The run that `latest` points at, if the link leads to a directory of `runs/`.
  func latestIdentifier() throws(StorageError) -> RunIdentifier? {
    do throws(StorageError) {
      let run = try FileSystem.resolved(place(Self.latestName))
      guard try PathName.parent(of: run) == FileSystem.resolved(place(Self.runsName)) else {
        return nil
      }
      return RunIdentifier(PathName.lastComponent(of: run))
    } catch .notFound {
      return nil
    }
  }

  /// The runs that were published whole, ascending.
  func publishedIdentifiers() throws(StorageError) -> [RunIdentifier] {
    try identifiers(in: Self.runsName).filter { identifier in
      FileSystem.isRegularFile(place(Self.runsName, "\(identifier)", Self.successName))
    }
  }
}
