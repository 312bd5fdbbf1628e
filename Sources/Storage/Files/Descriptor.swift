import Glibc

/// The number of an open file, closed once: by `close` or when its owner ends.
struct Descriptor: ~Copyable, Sendable {
  let number: Int32

  init(_ number: Int32) {
    self.number = number
  }

  deinit {
    Glibc.close(number)
  }

  /// Closes the file and returns the `errno` of a failure, or 0.
  consuming func close() -> Int32 {
    let number = number
    discard self
    // After a close that was interrupted the descriptor is gone all the same on Linux.
    return Glibc.close(number) == 0 || errno == EINTR ? 0 : errno
  }
}
