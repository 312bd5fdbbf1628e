/// Memory at a fixed place that is freed with its owner.
@safe struct OwnedBuffer: ~Copyable {
  let bytes: UnsafeMutableRawBufferPointer

  init(count: Int) {
    unsafe bytes = .allocate(byteCount: count, alignment: 16)
    // Safety: the memory was just allocated with this count; C never sees bytes that were not set.
    unsafe bytes.initializeMemory(as: UInt8.self, repeating: 0)
  }

  deinit {
    // Safety: allocated by `init` and handed to no one who keeps it.
    unsafe bytes.deallocate()
  }
}
