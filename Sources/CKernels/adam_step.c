#include "CKernels.h"
#include "vector.h"

// Moments below this are set to zero: left alone, those of a parameter whose gradient stays zero
// decay into denormal numbers, which most processors compute many times more slowly.
#define TINY 1e-30f

// The step over one vector. Written as a macro because it serves two widths.
#define ADAM_VECTOR(V, I, gradient)                                                                \
  V w = *(V *)(weights + lane);                                                                    \
  V m = *(V *)(momentum + lane);                                                                   \
  V v = *(V *)(velocity + lane);                                                                   \
  V g = gradient;                                                                                  \
  m += (g - m) * p.momentum_share;                                                                 \
  v += (g * g - v) * p.velocity_share;                                                             \
  m = (V)((I)m & ((m > TINY) | (m < -TINY)));                                                      \
  v = (V)((I)v & (v > TINY));                                                                      \
  *(V *)(momentum + lane) = m;                                                                     \
  *(V *)(velocity + lane) = v;                                                                     \
  *(V *)(weights + lane) = w - m * p.rate / (__builtin_elementwise_sqrt(v) + p.epsilon);

// The lanes beyond the dimension are zero and would stay so; where at most eight lanes are left,
// half a vector does.
INLINE void untouched_row(float *weights, float *momentum, float *velocity, size_t dimension,
                          const float *penalty, rk_adam_parameters p, v16 *sum, v8 *half_sum) {
  size_t lane = 0;
  for (; lane + 8 < dimension; lane += 16) {
    v16 l2 = *(const v16 *)(penalty + lane);
    ADAM_VECTOR(v16, v16i, (l2 + l2) * w)
    *sum += l2 * w * w;
  }
  if (lane < dimension) {
    v8 l2 = *(const v8 *)(penalty + lane);
    ADAM_VECTOR(v8, v8i, (l2 + l2) * w)
    *half_sum += l2 * w * w;
  }
}

INLINE void touched_row(float *weights, float *momentum, float *velocity, size_t dimension,
                        const float *row_gradient, const float *penalty, rk_adam_parameters p,
                        v16 *sum, v8 *half_sum) {
  size_t lane = 0;
  for (; lane + 8 < dimension; lane += 16) {
    v16 l2 = *(const v16 *)(penalty + lane);
    ADAM_VECTOR(v16, v16i, *(const v16 *)(row_gradient + lane) + (l2 + l2) * w)
    *sum += l2 * w * w;
  }
  if (lane < dimension) {
    v8 l2 = *(const v8 *)(penalty + lane);
    ADAM_VECTOR(v8, v8i, *(const v8 *)(row_gradient + lane) + (l2 + l2) * w)
    *half_sum += l2 * w * w;
  }
}

CLONES float rk_adam_all(float *weights, float *momentum, float *velocity, size_t rows,
                         size_t stride, size_t dimension, const uint32_t *touched,
                         const float *gradients, size_t touched_count, const float *penalty,
                         rk_adam_parameters parameters) {
  v16 sum = {0};
  v8 half_sum = {0};
  size_t row = 0;
  for (size_t next = 0; next <= touched_count; next++) {
    size_t end = next < touched_count ? touched[next] : rows;
    for (; row < end; row++) {
      size_t start = row * stride;
      untouched_row(weights + start, momentum + start, velocity + start, dimension, penalty,
                    parameters, &sum, &half_sum);
    }
    if (next < touched_count) {
      size_t start = row * stride;
      touched_row(weights + start, momentum + start, velocity + start, dimension,
                  gradients + next * stride, penalty, parameters, &sum, &half_sum);
      row++;
    }
  }
  return fold16(&sum) + fold8(&half_sum);
}

CLONES void rk_adam_touched(float *weights, float *momentum, float *velocity, size_t stride,
                            size_t dimension, const uint32_t *_Nullable touched, const float *gradients,
                            size_t touched_count, rk_adam_parameters parameters) {
  rk_adam_parameters p = parameters;
  for (size_t next = 0; next < touched_count; next++) {
    size_t start = touched[next] * stride;
    const float *gradient = gradients + next * stride;
    for (size_t at = 0; at < dimension; at += 16) {
      size_t lane = start + at;
      ADAM_VECTOR(v16, v16i, *(const v16 *)(gradient + at))
    }
  }
}
