#ifndef RECJOB_GIBBS_ROWS_H
#define RECJOB_GIBBS_ROWS_H

#include <string.h>

#include "CKernels.h"
#include "vector.h"

// Where the parts of a record lie (include/gibbs.h).
#define SUMS(k) ((k) * (k))
#define RESIDUALS(k) ((k) * (k) + (k))
#define OWN(k) ((k) * (k) + 2 * (k))
#define COUNT(k) ((k) * (k) + 3 * (k))
#define RESIDUAL(k) (COUNT(k) + 1)
#define CHANGE(k) (COUNT(k) + 2)

// Both halves of a vector the same.
#define TWICE(x) __builtin_shufflevector(x, x, 0, 1, 2, 3, 4, 5, 6, 7, 0, 1, 2, 3, 4, 5, 6, 7)

// The sum of both halves of a vector.
#define BOTH_HALVES(x)                                                                             \
  (__builtin_shufflevector(x, x, 0, 1, 2, 3, 4, 5, 6, 7) +                                         \
   __builtin_shufflevector(x, x, 8, 9, 10, 11, 12, 13, 14, 15))

// Lane 2 pair in the lower half and lane 2 pair + 1 in the upper: the factors of two rows of an 8 x 8
// matrix, which lie in one vector.
#define PAIR_(x, a, b)                                                                            \
  __builtin_shufflevector(x, x, a, a, a, a, a, a, a, a, b, b, b, b, b, b, b, b)
#define SPREAD(x, target)                                                                          \
  target[0] = PAIR_(x, 0, 1);                                                                      \
  target[1] = PAIR_(x, 2, 3);                                                                      \
  target[2] = PAIR_(x, 4, 5);                                                                      \
  target[3] = PAIR_(x, 6, 7)

// The sum of products over k lanes, k being 8 or a multiple of 16.
INLINE float product(const float *a, const float *b, size_t k) {
  if (k == 8) {
    v8 sum = *(const v8 *)a * *(const v8 *)b;
    return fold8(&sum);
  }
  v16 sum = *(const v16 *)a * *(const v16 *)b;
  for (size_t lane = 16; lane < k; lane += 16)
    sum += *(const v16 *)(a + lane) * *(const v16 *)(b + lane);
  return fold16(&sum);
}

// What a row's entries add up to: the factors, and the linear part less half the sums of squares.
INLINE float row_sum(const float *weights, size_t k, const uint32_t *indices, const float *values,
                     uint64_t first, uint64_t end, float *sums) {
  const size_t stride = RK_FM_STRIDE(k);
  float linear = 0;
  if (k == 8) {
    v8 sum = {0}, squares = {0};
    for (uint64_t n = first; n < end; n++) {
      const float *weight = weights + indices[n] * stride;
      const v8 part = *(const v8 *)weight * values[n];
      sum += part;
      squares += part * part;
      linear += weight[k] * values[n];
    }
    *(v8 *)sums = sum;
    return linear - 0.5f * fold8(&squares);
  }
  v16 squares = {0};
  memset(sums, 0, k * sizeof *sums);
  for (uint64_t n = first; n < end; n++) {
    const float *weight = weights + indices[n] * stride;
    for (size_t lane = 0; lane < k; lane += 16) {
      const v16 part = *(const v16 *)(weight + lane) * values[n];
      *(v16 *)(sums + lane) += part;
      squares += part * part;
    }
    linear += weight[k] * values[n];
  }
  return linear - 0.5f * fold16(&squares);
}

// A kernel with k known where it is common.
#define FOR_EACH_K(k, call)                                                                        \
  if ((k) == 8) {                                                                                  \
    enum { K = 8 };                                                                                \
    call;                                                                                          \
  } else if ((k) == 16) {                                                                          \
    enum { K = 16 };                                                                               \
    call;                                                                                          \
  } else {                                                                                         \
    const size_t K = (k);                                                                          \
    call;                                                                                          \
  }

#endif
