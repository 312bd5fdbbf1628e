import Acquisition
import Publishing
import Ratings
import Recommenders
import Storage

/// The exit status of the program; the values are those of BSD's `sysexits.h` and 80.
public enum ExitStatus: Int32, CaseIterable, Sendable {
  /// Published, or nothing to do.
  case success = 0
  /// The command line is wrong.
  case usage = 64
  /// The data is wrong: damaged, hostile, not what was pinned, or different where it should not be.
  case badData = 65
  /// An input is missing.
  case inputMissing = 66
  /// No source of the dataset could be reached.
  case unavailable = 69
  /// A fault of the program.
  case fault = 70
  /// An output cannot be created.
  case cannotCreate = 73
  /// Reading or writing failed, or the disk is full.
  case inputOutput = 74
  /// Another run is at work.
  case tryLater = 75
  /// Not permitted.
  case notPermitted = 77
  /// The job file is wrong.
  case badJobFile = 78
  /// A gate refused the result, or training diverged.
  case refused = 80

  /// The status that a failure ends with: the one place where this is decided.
  public init(_ error: any Error) {
    switch error {
    case let error as JobError: self.init(error.cause)
    case let error as PlanError: self.init(plan: error)
    case let error as AcquisitionError: self.init(acquisition: error.decisive)
    case is RatingsError: self = .badData
    case is ModelError: self = .badData
    case BundleQueryError.jobFile: self = .inputMissing
    case is BundleQueryError: self = .badData
    case is JSONError: self = .badData
    case let error as TrainingError: self.init(training: error)
    case let error as PublishingError: self.init(publishing: error)
    case is GateRefusal: self = .refused
    case let error as TuningError: self.init(tuning: error)
    case let error as StartingError: self.init(starting: error)
    case let error as ReproductionError: self.init(reproduction: error)
    case let error as StorageError: self.init(storage: error)
    default: self = .fault
    }
  }

  private init(plan: PlanError) {
    switch plan {
    case .unreadable(let error): self.init(storage: error)
    case .malformed, .faulty: self = .badJobFile
    }
  }

  private init(acquisition: AcquisitionError) {
    switch acquisition {
    case .notFound, .secretMissing: self = .inputMissing
    case .unavailable, .noSourceUsable: self = .unavailable
    case .digestMismatch, .lockMismatch, .damaged, .refused: self = .badData
    case .storage(let error): self.init(storage: error)
    case .cancelled: self = .fault
    }
  }

  private init(training: TrainingError) {
    switch training {
    case .diverged: self = .refused
    case .noTrainingRows, .unsuitable: self = .badData
    case .cancelled: self = .fault
    }
  }

  private init(publishing: PublishingError) {
    switch publishing {
    case .storage(let error): self.init(storage: error)
    case .damaged, .newerFormat, .scoreNotFinite, .formulaInTitle: self = .badData
    case .noBundle, .noLists, .nothingToVerify, .unknownRun, .runWithoutOutput, .noLatestRun,
      .noEarlierRun:
      self = .inputMissing
    }
  }

  private init(reproduction: ReproductionError) {
    switch reproduction {
    case .differs: self = .badData
    case .notARun: self = .inputMissing
    }
  }

  private init(starting: StartingError) {
    switch starting {
    case .unclear, .unclearItems: self = .badData
    case .noSource: self = .inputMissing
    case .fileExists, .noDirectory: self = .cannotCreate
    }
  }

  private init(tuning: TuningError) {
    switch tuning {
    case .noTrialSucceeded: self = .refused
    case .fileExists: self = .cannotCreate
    }
  }

  private init(storage: StorageError) {
    switch storage {
    case .notFound: self = .inputMissing
    case .permissionDenied: self = .notPermitted
    case .cannotCreate: self = .cannotCreate
    case .ioFailure, .outOfSpace: self = .inputOutput
    case .locked: self = .tryLater
    case .damagedArchive, .refusedArchive, .memberNotFound, .digestMismatch, .notUTF8,
      .malformedJSON:
      self = .badData
    }
  }
}
