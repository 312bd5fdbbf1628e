import Storage

extension RunDirectory {
  private static let secondsPerDay: Int64 = 86_400

  /// Removes old runs.
  ///
  /// A run is kept if it is one of the newest `keepRuns`, or if its name's time is at most
  /// `keepDays` days before `now`. The newest run, the one that `latest` points at, and anything
  /// that is not named as a run are never removed. Rejected runs follow the same rule among
  /// themselves.
  ///
  /// - Parameters:
  ///   - keepRuns: How many of the newest runs are kept at least.
  ///   - keepDays: How many days a run is kept at least, or `nil` for no such promise.
  ///   - now: Seconds since 1970-01-01 UTC.
  /// - Returns: The runs that were removed.
  /// - Throws: ``PublishingError/storage(_:)``; the runs before the failure are gone.
  @discardableResult
  public func prune(
    keepRuns: Int, keepDays: Int?, now: Int64
  ) throws(PublishingError) -> [RunIdentifier] {
    try wrappingStorageErrors { () throws(StorageError) in
      let latest = try latestIdentifier()
      var removed: [RunIdentifier] = []
      for directory in [Self.runsName, Self.rejectedName] {
        let identifiers = try identifiers(in: directory)
        for identifier in identifiers.dropLast(max(keepRuns, 1)) {
          let age = now - identifier.seconds
          let isYoung = keepDays.map { age <= Int64($0) * Self.secondsPerDay } ?? false
          if isYoung || (directory == Self.runsName && identifier == latest) { continue }
          try remove(identifier, from: directory)
          removed.append(identifier)
        }
      }
      return removed
    }
  }

  /// Removes what killed processes have left in the staging directory.
  public func sweepStaging() throws(PublishingError) {
    try wrappingStorageErrors { () throws(StorageError) in
      let staging = place(Self.stagingName)
      guard FileSystem.isDirectory(staging) else { return }
      for name in try FileSystem.list(staging) {
        try FileSystem.removeTree(PathName.joined(staging, name))
      }
    }
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
