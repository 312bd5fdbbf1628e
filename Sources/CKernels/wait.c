#include "CKernels.h"

#include <sched.h>

void rk_wait(unsigned times) {
  if (times >= 200) {
    sched_yield();
    return;
  }
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}
