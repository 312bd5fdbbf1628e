public import Storage

/// A reason why a dataset could not be had.
public indirect enum AcquisitionError: Error, Equatable, Sendable {
  /// Files that are not there.
  case notFound(paths: [String])
  /// Servers that did not give the dataset, with one line for each attempt.
  case unavailable(attempts: [String])
  /// A dataset that is not the one that the job names by its SHA-256.
  case digestMismatch(origin: String, expected: String, actual: String)
  /// A dataset that is not the one that the first run recorded.
  case lockMismatch(origin: String, lockFile: String, expected: String, actual: String)
  /// A dataset whose archive is damaged, hostile or not the one that was expected.
  case damaged(cause: StorageError)
  /// An address that is not followed.
  case refused(url: String, reason: String)
  /// A token or password that is not where the job says.
  case secretMissing(reason: String)
  /// A file of ours that could not be read or written.
  case storage(StorageError)
  /// Several sources that failed for different reasons, in the order they were tried.
  case noSourceUsable(failures: [AcquisitionError])
  /// A fetch that was told to stop.
  case cancelled
}

extension AcquisitionError {
  /// The failure of all sources: the only one, all of one kind as one, or the list.
  static func combined(_ failures: [AcquisitionError]) -> AcquisitionError {
    if let only = failures.first, failures.count == 1 { return only }
    let paths = failures.compactMap { if case .notFound(let paths) = $0 { paths } else { nil } }
    if paths.count == failures.count { return .notFound(paths: paths.flatMap(\.self)) }
    let attempts = failures.compactMap {
      if case .unavailable(let attempts) = $0 { attempts } else { nil }
    }
    if attempts.count == failures.count { return .unavailable(attempts: attempts.flatMap(\.self)) }
    return .noSourceUsable(failures: failures)
  }

  /// An error that came up while a dataset was opened or read.
  init(reading error: StorageError) {
    switch error {
    case .notFound(let path): self = .notFound(paths: [path])
    case .damagedArchive, .refusedArchive, .memberNotFound: self = .damaged(cause: error)
    default: self = .storage(error)
    }
  }

  /// Runs what may fail on files of ours.
  static func storing<Result>(
    _ body: () throws(StorageError) -> Result
  ) throws(AcquisitionError) -> Result {
    do {
      return try body()
    } catch {
      throw AcquisitionError(reading: error)
    }
  }

  /// The failure that an exit status should tell: itself, or the gravest of several sources.
  ///
  /// Wrong data comes before refused addresses, these before trouble with files, networks and
  /// missing paths.
  public var decisive: AcquisitionError {
    guard case .noSourceUsable(let failures) = self else { return self }
    return failures.map(\.decisive).min { $0.gravity < $1.gravity } ?? self
  }

  /// Whether nothing is wrong but that sources could not be reached.
  var mayPass: Bool {
    switch decisive {
    case .unavailable, .notFound: true
    default: false
    }
  }

  private var gravity: Int {
    switch self {
    case .cancelled, .secretMissing: 0
    case .digestMismatch, .lockMismatch: 1
    case .damaged: 2
    case .refused: 3
    case .storage: 4
    case .unavailable: 5
    case .notFound: 6
    case .noSourceUsable: 7
    }
  }
}

extension AcquisitionError: CustomStringConvertible {
  /// The failure as one sentence for a person, with what to do about it.
  public var description: String {
    switch self {
    case .notFound(let paths):
      """
      \(paths.joined(separator: ", ")) \(paths.count == 1 ? "does" : "do") not exist; \
      correct dataset.sources in the job file.
      """
    case .unavailable(let attempts):
      """
      the dataset could not be downloaded (\(attempts.joined(separator: "; "))); \
      try again later or add a mirror to dataset.sources.
      """
    case .digestMismatch(let origin, let expected, let actual):
      """
      \(origin) has the SHA-256 \(actual), but the job expects \(expected); \
      fetch the right file or correct dataset.sha256.
      """
    case .lockMismatch(let origin, let lockFile, let expected, let actual):
      """
      \(origin) has the SHA-256 \(actual), but \(lockFile) records \(expected); \
      remove that file to accept the new data.
      """
    case .damaged(let cause):
      "\(Self.clause(cause.description)); fetch the dataset anew or name another source."
    case .refused(let url, let reason):
      "\(url) is refused: \(reason); name another source."
    case .secretMissing(let reason):
      "\(reason); put the secret there or correct dataset.auth in the job file."
    case .storage(let error):
      error.description
    case .noSourceUsable(let failures):
      "no source is usable: "
        + failures.map { Self.clause($0.description) }.joined(separator: " | ") + "."
    case .cancelled:
      "the fetch was stopped; run the job again."
    }
  }

  /// A sentence without its full stop.
  private static func clause(_ sentence: String) -> String {
    sentence.hasSuffix(".") ? String(sentence.dropLast()) : sentence
  }
}
