internal import CKernels

/// What the kernels were compiled by and which of their clones runs here.
public enum KernelBuild {
  /// The version of the toolchain's C compiler, with the commit that it was built from.
  public static var compiler: String {
    // Safety: the text is a constant of the program.
    unsafe String(cString: rb_compiler())
  }

  /// The widest vectors that the program picks on this processor: SSE2, AVX2, AVX-512 or NEON.
  ///
  /// The results do not depend on it.
  public static var vectors: String {
    // Safety: as above.
    unsafe String(cString: rb_clone())
  }
}
