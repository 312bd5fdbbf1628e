import Storage

extension RunDirectory {
  /// Removes old runs.
  ///
  /// A run is kept if it is one of the newest `keepRuns`, if `latest` points at it, or if it was
  /// written, or `latest` last left it, less than `keepSeconds` ago: a reader that resolved `latest`
  /// just before has that long. The time is that of the directory's last change; one in the future
  /// is of a clock that was wrong, and the age then starts anew. Names tell the order of runs only.
  /// Anything that is not a whole run is never removed. Rejected runs follow the same rule among
  /// themselves.
  ///
  /// - Parameters:
  ///   - keepRuns: How many of the newest runs are kept at least.
  ///   - keepSeconds: How many seconds a run is kept at least after it was the latest.
  ///   - now: Seconds since 1970-01-01 UTC.
  /// - Returns: The runs that were removed.
  /// - Throws: ``PublishingError/storage(_:)``; the runs before the failure are gone.
  @discardableResult
  public func prune(
    keepRuns: Int, keepSeconds: Int64, now: Int64
  ) throws(PublishingError) -> [RunIdentifier] {
    try wrappingStorageErrors { () throws(StorageError) in
      let latest = try latestIdentifier()
      let published = try publishedIdentifiers()
      let rejected = try identifiers(in: Self.rejectedName)
      var removed: [RunIdentifier] = []
      for (directory, identifiers) in [(Self.runsName, published), (Self.rejectedName, rejected)] {
        let runs = identifiers.filter { !isForeign($0, in: directory) }
        for run in runs.dropLast(max(keepRuns, 1)) where directory != Self.runsName || run != latest
        {
          guard try age(of: run, in: directory, now: now) >= keepSeconds else { continue }
          try remove(run, from: directory)
          removed.append(run)
        }
      }
      return removed
    }
  }

  /// Removes what killed processes have left, a run that never became the latest included.
  public func sweepStaging() throws(PublishingError) {
    try wrappingStorageErrors { () throws(StorageError) in
      for directory in [path, place(Self.stateName)] {
        try DurableFile.sweepTemporaries(in: directory)
      }
      let staging = place(Self.stagingName)
      guard FileSystem.isDirectory(staging) else { return }
      if let run = try interruptedRun() { try remove(run, from: Self.runsName) }
      for name in try FileSystem.list(staging) {
        try FileSystem.removeTree(PathName.joined(staging, name))
      }
    }
  }

  /// The run that was moved into `runs/` by a process that ended before `latest` pointed at it.
  private func interruptedRun() throws(StorageError) -> RunIdentifier? {
    let link = place(Self.stagingName, Self.publishingName)
    guard FileSystem.isSymbolicLink(link),
      let run = try RunIdentifier(PathName.lastComponent(of: FileSystem.readLink(link))),
      try run != latestIdentifier(), FileSystem.exists(place(Self.runsName, "\(run)"))
    else { return nil }
    return run
  }

  private func age(
    of run: RunIdentifier, in directory: String, now: Int64
  ) throws(StorageError) -> Int64 {
    let path = place(directory, "\(run)")
    let time = try FileSystem.changeTime(path)
    // A second more may come of rounding.
    if time > now + 1 { try FileSystem.setChangeTime(path, to: now) }
    return max(now - time, 0)
  }

  /// Whether something is named as a run and is not a directory of its own.
  private func isForeign(_ run: RunIdentifier, in directory: String) -> Bool {
    let path = place(directory, "\(run)")
    return FileSystem.isSymbolicLink(path) || !FileSystem.isDirectory(path)
  }

  /// Moves a run out of sight in one step before its files go, so that no reader and no later
  /// process ever meets half of it.
  private func remove(
    _ identifier: RunIdentifier, from directory: String
  ) throws(StorageError) {
    try FileSystem.makeDirectory(place(Self.stagingName))
    let grave = place(Self.stagingName, "removed-\(identifier)")
    try FileSystem.removeTree(grave)
    try DurableFile.move(place(directory, "\(identifier)"), to: grave)
    try FileSystem.removeTree(grave)
  }
}
