/// Numbers that stay at one address, a multiple of 64 bytes, for kernels that share them between
/// threads.
///
/// Sendable: who writes where at what time is the concern of its owner.
@safe final class StableArray<Element: BitwiseCopyable>: @unchecked Sendable {
  let start: UnsafeMutablePointer<Element>
  let count: Int

  /// Allocates some copies of a number.
  init(repeating value: Element, count: Int) {
    self.count = count
    let room = max(count, 16)
    let memory = unsafe LargeMemory.allocate(bytes: room * MemoryLayout<Element>.stride)
    unsafe start = memory.initializeMemory(as: Element.self, repeating: value, count: room)
  }

  /// Copies the elements of an array.
  convenience init(_ elements: [Element], filler: Element) {
    self.init(repeating: filler, count: elements.count)
    // Safety: there is room for as many.
    unsafe elements.withUnsafeBufferPointer { source in
      guard let first = source.baseAddress else { return }
      unsafe start.update(from: first, count: source.count)
    }
  }

  // Safety: the address is the one that `allocate` gave.
  deinit { unsafe start.deallocate() }

  subscript(index: Int) -> Element {
    precondition(index >= 0 && index < count, "outside the array")
    return unsafe start[index]
  }
}
