#ifndef RECJOB_FUZZ_DRIVER_H
#define RECJOB_FUZZ_DRIVER_H

#include <stddef.h>
#include <stdint.h>

/// What libFuzzer calls with each input.
typedef int (*FuzzTarget)(const uint8_t *bytes, size_t count);

/// Runs libFuzzer with a program's arguments, and returns its exit status.
int runFuzzer(int count, char **arguments, FuzzTarget target);

#endif
