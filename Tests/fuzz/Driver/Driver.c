#include "Driver.h"

// libFuzzer has no header of its own.
int LLVMFuzzerRunDriver(int *count, char ***arguments, FuzzTarget target);

int runFuzzer(int count, char **arguments, FuzzTarget target) {
  return LLVMFuzzerRunDriver(&count, &arguments, target);
}
