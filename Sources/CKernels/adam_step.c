#include "CKernels.h"
#include "vector.h"

// Moments below this are set to zero in the steps that clean: left alone, those of a parameter whose
// gradient stays zero decay into denormal numbers, which most processors compute many times more
// slowly.
#define TINY 1e-30f

// The moments of the lanes of one vector from `lane` on, and the denominator of their step. A macro
// because it serves two widths. `clean` is a constant where this is used, so that most steps do not
// test for it; `gradient` is null where the row has no gradient but that of the penalty.
#define MOMENTS(V, I, sum, w, m, d)                                                                \
  V w = *(V *)(weights + lane);                                                                    \
  V m, d;                                                                                          \
  {                                                                                                \
    V g = *(const V *)(doubled + lane) * w;                                                        \
    sum += g * w;                                                                                  \
    if (gradient) g = *(const V *)(gradient + lane) + g;                                           \
    m = *(V *)(momentum + lane) * p.momentum_decay + g * p.momentum_share;                         \
    V v = *(V *)(velocity + lane) * p.velocity_decay + g * g * p.velocity_share;                   \
    if (clean) {                                                                                   \
      m = (V)((I)m & ((m > TINY) | (m < -TINY)));                                                  \
      v = (V)((I)v & (v > TINY));                                                                  \
    }                                                                                              \
    *(V *)(momentum + lane) = m;                                                                   \
    *(V *)(velocity + lane) = v;                                                                   \
    d = __builtin_elementwise_sqrt(v) + p.epsilon;                                                 \
  }

// The sums of the penalty over whole and half vectors.
typedef struct {
  v16 whole;
  v8 half;
} penalties;

// The steps of four vectors with one division, which roots would otherwise have to wait for: with
// the denominators a, b, c, d, the reciprocal of a is (1 / abcd) * cd * b.
#define FOUR_SHARES(d0, d1, d2, d3)                                                                \
  v16 d01 = d0 * d1;                                                                               \
  v16 d23 = d2 * d3;                                                                               \
  v16 share = p.rate / (d01 * d23);                                                                \
  v16 share01 = share * d23;                                                                       \
  v16 share23 = share * d01;

// One row. The lanes beyond the dimension are zero and stay so: their moments are zero and their
// denominator is epsilon.
INLINE void move_row(float *weights, float *momentum, float *velocity, size_t dimension,
                     const float *_Nullable gradient, const float *doubled, rk_adam_parameters p,
                     int clean, penalties *sums) {
  size_t lane = 0;
  while (lane + 48 < dimension) {
    MOMENTS(v16, v16i, sums->whole, w0, m0, d0)
    lane += 16;
    MOMENTS(v16, v16i, sums->whole, w1, m1, d1)
    lane += 16;
    MOMENTS(v16, v16i, sums->whole, w2, m2, d2)
    lane += 16;
    if (lane + 8 < dimension) {
      MOMENTS(v16, v16i, sums->whole, w3, m3, d3)
      FOUR_SHARES(d0, d1, d2, d3)
      *(v16 *)(weights + lane - 48) = w0 - m0 * (share01 * d1);
      *(v16 *)(weights + lane - 32) = w1 - m1 * (share01 * d0);
      *(v16 *)(weights + lane - 16) = w2 - m2 * (share23 * d3);
      *(v16 *)(weights + lane) = w3 - m3 * (share23 * d2);
    } else {
      // The upper half of the fourth vector lies beyond the dimension.
      MOMENTS(v8, v8i, sums->half, w3, m3, half)
      v8 beyond = (v8){0} + p.epsilon;
      v16 d3 = __builtin_shufflevector(half, beyond, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13,
                                       14, 15);
      FOUR_SHARES(d0, d1, d2, d3)
      *(v16 *)(weights + lane - 48) = w0 - m0 * (share01 * d1);
      *(v16 *)(weights + lane - 32) = w1 - m1 * (share01 * d0);
      *(v16 *)(weights + lane - 16) = w2 - m2 * (share23 * d3);
      v16 last = share23 * d2;
      *(v8 *)(weights + lane) =
          w3 - m3 * __builtin_shufflevector(last, last, 0, 1, 2, 3, 4, 5, 6, 7);
    }
    lane += 16;
  }
  for (; lane + 8 < dimension; lane += 16) {
    MOMENTS(v16, v16i, sums->whole, w, m, d)
    *(v16 *)(weights + lane) = w - m * (p.rate / d);
  }
  if (lane < dimension) {
    MOMENTS(v8, v8i, sums->half, w, m, d)
    *(v8 *)(weights + lane) = w - m * (p.rate / d);
  }
}

// The rows from `row` up to `end`, with the gradients of those that are touched.
INLINE void move_rows(float *weights, float *momentum, float *velocity, size_t row, size_t end,
                      size_t stride, size_t dimension, const uint32_t *_Nullable touched,
                      const float *gradients, size_t touched_count, const float *doubled,
                      rk_adam_parameters p, int clean, penalties *sums) {
  for (size_t next = 0; next <= touched_count; next++) {
    size_t stop = next < touched_count ? touched[next] : end;
    for (; row < stop; row++) {
      size_t at = row * stride;
      move_row(weights + at, momentum + at, velocity + at, dimension, 0, doubled, p, clean, sums);
    }
    if (next == touched_count) break;
    size_t at = row * stride;
    move_row(weights + at, momentum + at, velocity + at, dimension, gradients + next * stride,
             doubled, p, clean, sums);
    row++;
  }
}

CLONES float rk_adam_rows(float *weights, float *momentum, float *velocity, size_t first,
                          size_t end, size_t stride, size_t dimension,
                          const uint32_t *_Nullable touched, const float *gradients,
                          size_t touched_count, const float *doubled,
                          rk_adam_parameters parameters) {
  penalties sums = {{0}, {0}};
  if (parameters.clean) {
    move_rows(weights, momentum, velocity, first, end, stride, dimension, touched, gradients,
              touched_count, doubled, parameters, 1, &sums);
  } else {
    move_rows(weights, momentum, velocity, first, end, stride, dimension, touched, gradients,
              touched_count, doubled, parameters, 0, &sums);
  }
  return 0.5f * (fold16(&sums.whole) + fold8(&sums.half));
}

CLONES void rk_adam_touched(float *weights, float *momentum, float *velocity, size_t stride,
                            size_t dimension, const uint32_t *_Nullable touched,
                            const float *gradients, size_t touched_count, const float *doubled,
                            rk_adam_parameters parameters) {
  penalties sums = {{0}, {0}};
  for (size_t next = 0; next < touched_count; next++) {
    size_t at = touched[next] * stride;
    // A row may rest for long between two of these steps, so each of them cleans.
    move_row(weights + at, momentum + at, velocity + at, dimension, gradients + next * stride,
             doubled, parameters, 1, &sums);
  }
}

// Whole and half vectors are told apart as `move_row` does.
CLONES float rk_penalty(const float *weights, size_t rows, size_t stride, size_t dimension,
                        const float *doubled) {
  penalties sums = {{0}, {0}};
  for (size_t row = 0; row < rows; row++, weights += stride) {
    size_t lane = 0;
    for (; lane + 8 < dimension; lane += 16) {
      v16 w = *(const v16 *)(weights + lane);
      sums.whole += *(const v16 *)(doubled + lane) * w * w;
    }
    if (lane < dimension) {
      v8 w = *(const v8 *)(weights + lane);
      sums.half += *(const v8 *)(doubled + lane) * w * w;
    }
  }
  return 0.5f * (fold16(&sums.whole) + fold8(&sums.half));
}
