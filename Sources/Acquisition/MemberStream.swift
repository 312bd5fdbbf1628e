public import Storage

/// The members of a fetched dataset, read as streams.
public struct MemberStream: Sendable {
  private let reader: ArchiveReader

  /// Creates the stream; the dataset is opened when it is read.
  public init(_ dataset: FetchedDataset, limits: ArchiveLimits = ArchiveLimits()) {
    reader = ArchiveReader(path: dataset.path, name: dataset.name, limits: limits)
  }

  /// All members, in the order of the archive.
  public func members() throws(AcquisitionError) -> [ArchiveMember] {
    do {
      return try reader.members()
    } catch {
      throw AcquisitionError(reading: error)
    }
  }

  /// Reads the wanted members in one pass, in the order of the archive.
  ///
  /// `body` gets each member's bytes in order, and another thread reads ahead meanwhile; only when this returns are they known to be whole.
  /// What is wrong with the archive comes out as `AcquisitionError`, an error of `body` unchanged.
  public func read<E: Error>(
    members: [String], body: (_ member: String, _ chunk: [UInt8]) throws(E) -> Void
  ) throws {
    do {
      try reader.read(members: members) { (member, chunk) throws(BodyError<E>) in
        do throws(E) {
          try body(member, chunk)
        } catch {
          throw BodyError(cause: error)
        }
      }
    } catch let error as BodyError<E> {
      throw error.cause
    } catch let error as StorageError {
      throw AcquisitionError(reading: error)
    }
  }

  /// Reads a whole member into memory.
  public func readAll(member: String) throws(AcquisitionError) -> [UInt8] {
    do {
      return try reader.readAll(member: member)
    } catch {
      throw AcquisitionError(reading: error)
    }
  }

  /// Keeps the caller's errors apart from the reader's, which may have the same type.
  private struct BodyError<E: Error>: Error {
    let cause: E
  }
}
