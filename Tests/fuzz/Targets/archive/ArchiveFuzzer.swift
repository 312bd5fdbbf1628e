import Driver
import Glibc
import Storage
import TestSupport

@main struct ArchiveFuzzer {
  static func main() {
    exit(runFuzzer(CommandLine.argc, CommandLine.unsafeArgv, readArchive))
  }
}

/// Reads any bytes as an archive; what is wrong with them must be an error, and what is read must
/// be the same however it is read.
private func readArchive(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
  let bytes = [UInt8](UnsafeBufferPointer(start: start, count: count))
  guard let path = try? Place.directory?.write(bytes, to: "input") else { return 0 }
  var limits = ArchiveLimits()
  limits.maxDecompressedBytes = 4 << 20
  limits.ratioFloor = 1 << 20
  limits.maxEntries = 200
  let reader = ArchiveReader(path: path, limits: limits)
  do throws(StorageError) {
    let members = try reader.members()
    precondition(members.count <= limits.maxEntries, "more members than are allowed")
    for member in members { check(member, reader, limits) }
  } catch {
    check(error)
  }
  return 0
}

private func check(_ member: ArchiveMember, _ reader: ArchiveReader, _ limits: ArchiveLimits) {
  precondition(member.name.utf8.count <= limits.maxPathLength, "a name is longer than allowed")
  do throws(StorageError) {
    let whole = try reader.readAll(member: member.name)
    precondition(PathName.isContained(member.name), "a name that leads out was read")
    precondition(whole.count <= limits.maxDecompressedBytes, "more bytes than are allowed")
    precondition(member.size.map { $0 == whole.count } ?? true, "the size was another")
    let again = try reader.readAll(member: member.name)
    precondition(whole == again, "the second reading gave other bytes")
  } catch {
    check(error)
  }
}

/// Checks that a person can read an error.
private func check(_ error: StorageError) {
  precondition(error.description.hasSuffix("."), "an error is not a sentence")
}

private enum Place {
  static let directory = try? TemporaryDirectory()
}
