import Foundation
import Glibc

extension FileSystem {
  /// Whether this user may read what is at the path.
  public static func isReadable(_ path: String) -> Bool { permits(path, R_OK) }

  /// Whether this user may write the file at the path, or make and remove names in the directory.
  public static func isWritable(_ path: String) -> Bool {
    permits(path, isDirectory(path) ? W_OK | X_OK : W_OK)
  }

  private static func permits(_ path: String, _ mode: Int32) -> Bool {
    // Safety: the string lends its bytes for the call. The effective user counts, as for opening.
    unsafe faccessat(AT_FDCWD, path, mode, AT_EACCESS) == 0
  }
}

extension FileLock {
  /// The line of who holds a lock, or `nil` where nobody does; looking takes no lock.
  ///
  /// The kernel's list of locks is read. The result is an empty line where the holder has not written
  /// one yet.
  ///
  /// - Throws: `StorageError` where the list cannot be read.
  public static func currentHolder(_ path: String) throws(StorageError) -> String? {
    guard FileSystem.exists(path) else { return nil }
    let status = try FileSystem.status(path)
    let isHeld = isHeld(
      inode: UInt64(status.st_ino), device: mountedDevice(path) ?? DeviceNumber(status.st_dev),
      in: try FileSystem.readText("/proc/locks"))
    guard isHeld else { return nil }
    return String(((try? FileSystem.readText(path)) ?? "").prefix { $0 != "\n" })
  }

  /// Whether the kernel's list of locks has one of a file.
  static func isHeld(inode: UInt64, device: DeviceNumber, in locks: String) -> Bool {
    locks.split(separator: "\n").contains { line in
      let words = line.split(separator: " ")
      // A waiting process has an arrow in its line.
      guard words.count > 5, words[1] == "FLOCK" else { return false }
      let place = words[5].split(separator: ":")
      return place.count == 3 && UInt64(place[2]) == inode
        && UInt32(place[0], radix: 16) == device.major
        && UInt32(place[1], radix: 16) == device.minor
    }
  }

  /// The device of the mount that a file is on, which the list of locks names.
  ///
  /// It is not always that of the file's status: a subvolume of Btrfs has a number of its own there.
  private static func mountedDevice(_ path: String) -> DeviceNumber? {
    guard let file = FileHandle(forReadingAtPath: path),
      let facts = try? FileSystem.readText("/proc/self/fdinfo/\(file.fileDescriptor)"),
      let mount = facts.split(separator: "\n").first(where: { $0.hasPrefix("mnt_id:") })?
        .split(whereSeparator: \.isWhitespace).last,
      let mounts = try? FileSystem.readText("/proc/self/mountinfo")
    else { return nil }
    for line in mounts.split(separator: "\n") {
      let words = line.split(separator: " ")
      guard words.count > 2, words[0] == mount else { continue }
      let numbers = words[2].split(separator: ":").compactMap { UInt32($0) }
      return numbers.count == 2 ? DeviceNumber(major: numbers[0], minor: numbers[1]) : nil
    }
    return nil
  }
}

/// The number of a device in its two parts.
struct DeviceNumber: Equatable {
  let major: UInt32
  let minor: UInt32

  init(major: UInt32, minor: UInt32) {
    self.major = major
    self.minor = minor
  }

  /// Takes a number apart as Linux puts it together.
  init(_ number: dev_t) {
    let number = UInt64(number)
    major = UInt32(truncatingIfNeeded: (number >> 8 & 0xFFF) | (number >> 32 & 0xFFFF_F000))
    minor = UInt32(truncatingIfNeeded: (number & 0xFF) | (number >> 12 & 0xFFFF_FF00))
  }
}
