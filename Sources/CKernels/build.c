#include "CKernels.h"

const char *rb_compiler(void) { return __VERSION__; }

const char *rb_clone(void) {
#if defined(__x86_64__)
  // The same questions, in the same order, as those of the code that picks a clone (vector.h).
  __builtin_cpu_init();
  if (__builtin_cpu_supports("x86-64-v4")) return "AVX-512";
  return __builtin_cpu_supports("x86-64-v3") ? "AVX2" : "SSE2";
#elif defined(__aarch64__)
  return "NEON";
#else
  return "plain";
#endif
}
