import Glibc

/// Memory for large tables.
enum LargeMemory {
  private static let hugePage = 1 << 21

  /// Allocates memory that is aligned to 64 bytes; much of it asks for huge pages, in which a place
  /// is found without a walk through the page tables.
  static func allocate(bytes: Int) -> UnsafeMutableRawPointer {
    let memory = UnsafeMutableRawPointer.allocate(
      byteCount: bytes, alignment: bytes >= hugePage ? hugePage : 64)
    // A system that does not have them says so, and goes on with small ones. Safety: the advice
    // is about whole pages of the memory that was just given.
    if bytes >= hugePage { unsafe madvise(memory, bytes / hugePage * hugePage, MADV_HUGEPAGE) }
    return unsafe memory
  }
}
