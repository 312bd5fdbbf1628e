#ifndef RECJOB_GIBBS_ROWS_H
#define RECJOB_GIBBS_ROWS_H

#include <string.h>

#include "CKernels.h"
#include "vector.h"

// Where the second moment of two factors lies in a record.
INLINE size_t second_moment(size_t k, size_t one, size_t other) {
  if (k != 8) return one * k + other;
  size_t apart = (other - one) & 7, first = one;
  if (apart > 4 || (apart == 4 && first > 3)) {
    apart = 8 - apart;
    first = other;
  }
  // Diagonals 1, 2, 3, 0, 4; the last has four elements.
  return (apart == 0 ? 24 : apart == 4 ? 32 : 8 * (apart - 1)) + first;
}

// Where the first moment of a factor lies in a record, or for factor k the number of ratings.
INLINE size_t first_moment(size_t k, size_t factor) {
  if (k != 8) return factor == k ? k * k + 3 * k : k * k + factor;
  return factor == 8 ? 36 : 48 + factor;
}

// Where the sum of residual times factor lies in a record, or for factor k that of the residuals.
INLINE size_t residual_moment(size_t k, size_t factor) {
  if (k != 8) return factor == k ? k * k + 3 * k + 1 : k * k + k + factor;
  return factor == 8 ? 37 : 56 + factor;
}

// Where the parts of a record lie (include/gibbs.h). Of 8 factors, what a draw moves is in one line of
// the cache: diagonals 1, 2 | 3, 0 | 4, count, residual, constant, moved | sums, residuals.
#define SUMS(k) first_moment(k, 0)
#define RESIDUALS(k) residual_moment(k, 0)
#define COUNT(k) first_moment(k, k)
#define RESIDUAL(k) residual_moment(k, k)
#define CONSTANT(k) (COUNT(k) + 2)
#define MOVED(k) ((k) == 8 ? 40 : (k) * (k) + 2 * (k))

// Both halves of a vector the same.
#define TWICE(x) __builtin_shufflevector(x, x, 0, 1, 2, 3, 4, 5, 6, 7, 0, 1, 2, 3, 4, 5, 6, 7)

// Lane i is lane i + apart, around the end, of a vector of eight.
#define AROUND_(apart, lane) (((lane) + (apart)) % 8)
#define AROUND(x, d)                                                                               \
  __builtin_shufflevector(x, x, AROUND_(d, 0), AROUND_(d, 1), AROUND_(d, 2), AROUND_(d, 3),        \
                          AROUND_(d, 4), AROUND_(d, 5), AROUND_(d, 6), AROUND_(d, 7))

// The same by one number in the lower half and another in the upper.
#define AROUND_BOTH(x, d, e)                                                                       \
  __builtin_shufflevector(x, x, AROUND_(d, 0), AROUND_(d, 1), AROUND_(d, 2), AROUND_(d, 3),        \
                          AROUND_(d, 4), AROUND_(d, 5), AROUND_(d, 6), AROUND_(d, 7),              \
                          AROUND_(e, 0), AROUND_(e, 1), AROUND_(e, 2), AROUND_(e, 3),              \
                          AROUND_(e, 4), AROUND_(e, 5), AROUND_(e, 6), AROUND_(e, 7))

#define LOWER(x) __builtin_shufflevector(x, x, 0, 1, 2, 3, 4, 5, 6, 7)
#define UPPER(x) __builtin_shufflevector(x, x, 8, 9, 10, 11, 12, 13, 14, 15)

// The sum of both halves of a vector.
#define BOTH_HALVES(x) (LOWER(x) + UPPER(x))

// The diagonals of a sum of o o' of eight lanes: 1, 2 | 3, 0 | 4 and 4 once more.
typedef struct {
  v16 near, far;
  v8 opposite;
} diagonals;

INLINE void add_outer(diagonals *sum, const v8 *vector) {
  const v8 o = *vector;
  const v16 both = TWICE(o);
  sum->near += both * AROUND_BOTH(o, 1, 2);
  sum->far += both * AROUND_BOTH(o, 3, 0);
  sum->opposite += o * AROUND(o, 4);
}

// Writes a record of 8 factors of which nothing has moved.
INLINE void write_record8(float *record, const diagonals *moments, float count, float residual,
                          const v8 *sums, const v8 *residuals) {
  *(v16 *)record = moments->near;
  *(v16 *)(record + 16) = moments->far;
  *(v8 *)(record + 32) = moments->opposite;
  *(v4 *)(record + COUNT(8)) = (v4){count, residual};
  *(v8 *)(record + MOVED(8)) = (v8){0};
  *(v8 *)(record + SUMS(8)) = *sums;
  *(v8 *)(record + RESIDUALS(8)) = *residuals;
}

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
