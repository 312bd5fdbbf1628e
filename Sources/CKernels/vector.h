#ifndef RECJOB_VECTOR_H
#define RECJOB_VECTOR_H

#include <stddef.h>
#include <stdint.h>

// clang would fuse a * b + c where the processor can, and the clones below would then differ in
// their last bits.
#pragma STDC FP_CONTRACT OFF

typedef float v16 __attribute__((vector_size(64), aligned(64), may_alias));
typedef float v8 __attribute__((vector_size(32), aligned(32), may_alias));
typedef float v4 __attribute__((vector_size(16), aligned(16), may_alias));
typedef float v16_unaligned __attribute__((vector_size(64), aligned(4), may_alias));
typedef int32_t v16i __attribute__((vector_size(64), aligned(64), may_alias));
typedef uint32_t v16u __attribute__((vector_size(64)));
typedef uint64_t v8ul __attribute__((vector_size(64)));
typedef int32_t v8i __attribute__((vector_size(32)));
typedef int32_t v4i __attribute__((vector_size(16)));

// One binary runs on any x86-64 and picks the widest clone by itself. Without the minimum width
// the widest clone would still be split into 256-bit halves. The Thread Sanitizer is not up yet when
// the program that it watches picks.
#if __has_feature(thread_sanitizer)
#define CLONES
#elif defined(__x86_64__)
#define CLONES                                                                                    \
  __attribute__((min_vector_width(512), target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define CLONES
#endif
#define INLINE static inline __attribute__((always_inline))

// Before a loop of known length: what it works on is in registers, where they are enough.
#define UNROLLED _Pragma("clang loop unroll(full)")

/// The fixed order of a sum over lanes: upper half onto lower half, 16 -> 8 -> 4 -> 2 -> 1.
///
/// Vectors are handed over by address: by value, their place in the call would depend on the clone.
INLINE float fold8(const v8 *vector) {
  const v8 x = *vector;
  float a0 = x[0] + x[4], a1 = x[1] + x[5], a2 = x[2] + x[6], a3 = x[3] + x[7];
  return (a0 + a2) + (a1 + a3);
}

INLINE float fold16(const v16 *vector) {
  const v16 x = *vector;
  v8 half = __builtin_shufflevector(x, x, 0, 1, 2, 3, 4, 5, 6, 7) +
            __builtin_shufflevector(x, x, 8, 9, 10, 11, 12, 13, 14, 15);
  return fold8(&half);
}

/// e^x for -87 <= x <= 87, within two units in the last place; smaller and greater x are cut off there.
///
/// x = n ln 2 + r with |r| <= ln 2 / 2, and the series of e^r up to r^7, its terms added in pairs (Estrin)
/// because descent waits for the result.
INLINE v4 exponential(const v4 *argument) {
  const v4 lowest = (v4){0} - 87.0f, highest = (v4){0} + 87.0f;
  v4 x = *argument;
  // Unlike a least and a greatest number, this keeps what is not a number.
  const v4i below = x < lowest, above = x > highest;
  x = (v4)(((v4i)lowest & below) | ((v4i)x & ~below));
  x = (v4)(((v4i)highest & above) | ((v4i)x & ~above));
  // Adding 1.5 * 2^23 leaves the nearest whole number in the low bits.
  const float magic = 12582912.0f;
  v4 shifted = x * 1.44269504f + magic;
  v4 n = shifted - magic;
  v4 r = (x - n * 0.693359375f) - n * -2.12194440e-4f;
  v4 square = r * r;
  v4 low = (1.0f + r) + (0.5f + r * (1 / 6.0f)) * square;
  v4 high = (1 / 24.0f + r * (1 / 120.0f)) + (1 / 720.0f + r * (1 / 5040.0f)) * square;
  v4 sum = low + high * (square * square);
  v4i power = ((v4i)shifted - 0x4B400000 + 127) << 23;
  return sum * (v4)power;
}

/// ln(1 + x) for 0 <= x <= 1, by the series of the area tangent of x / (2 + x).
INLINE v4 logarithm1p(const v4 *argument) {
  v4 s = *argument / (2.0f + *argument);
  v4 square = s * s;
  v4 sum = square * (1 / 15.0f) + 1 / 13.0f;
  sum = sum * square + 1 / 11.0f;
  sum = sum * square + 1 / 9.0f;
  sum = sum * square + 1 / 7.0f;
  sum = sum * square + 1 / 5.0f;
  sum = sum * square + 1 / 3.0f;
  sum = sum * square + 1.0f;
  return 2.0f * s * sum;
}

#endif
