#ifndef RECJOB_BUILD_H
#define RECJOB_BUILD_H

// What the program was built by and what it runs on; nothing of it reaches a result.

#pragma clang assume_nonnull begin

/// The version of the compiler of these sources, which comes with the Swift toolchain.
const char *rb_compiler(void);

/// The clone of the kernels that is picked on this processor: SSE2, AVX2, AVX-512, or NEON.
const char *rb_clone(void);

#pragma clang assume_nonnull end

#endif
