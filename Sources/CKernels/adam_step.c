#include "CKernels.h"
#include "vector.h"

// Moments below this are set to zero in every 64th step: left alone, those of a parameter whose
// gradient stays zero decay into denormal numbers, which most processors compute many times more
// slowly. Between two such steps a moment falls by less than a factor of a thousand.
#define TINY 1e-30f

// The step over one vector; `g` is its gradient. A macro because it serves two widths.
#define ADAM_VECTOR(V, I, g)                                                                       \
  V m = *(V *)(momentum + lane) * p.momentum_decay + (g) * p.momentum_share;                       \
  V v = *(V *)(velocity + lane) * p.velocity_decay + (g) * (g) * p.velocity_share;                 \
  if (clean) {                                                                                     \
    m = (V)((I)m & ((m > TINY) | (m < -TINY)));                                                    \
    v = (V)((I)v & (v > TINY));                                                                    \
  }                                                                                                \
  *(V *)(momentum + lane) = m;                                                                     \
  *(V *)(velocity + lane) = v;                                                                     \
  *(V *)(weights + lane) = w - m * p.rate / (__builtin_elementwise_sqrt(v) + p.epsilon);

// One row. `doubled` is twice the penalty of each lane; `gradient` is null where the row has none
// but that of the penalty. The lanes beyond the dimension are zero and stay so; where at most eight
// lanes are left, half a vector does.
INLINE void move_row(float *weights, float *momentum, float *velocity, size_t dimension,
                     const float *_Nullable gradient, const float *doubled, rk_adam_parameters p,
                     int clean, v16 *sum, v8 *half_sum) {
  size_t lane = 0;
  for (; lane + 8 < dimension; lane += 16) {
    v16 w = *(v16 *)(weights + lane);
    v16 decay = *(const v16 *)(doubled + lane) * w;
    *sum += decay * w;
    v16 g = gradient ? *(const v16 *)(gradient + lane) + decay : decay;
    ADAM_VECTOR(v16, v16i, g)
  }
  if (lane < dimension) {
    v8 w = *(v8 *)(weights + lane);
    v8 decay = *(const v8 *)(doubled + lane) * w;
    *half_sum += decay * w;
    v8 g = gradient ? *(const v8 *)(gradient + lane) + decay : decay;
    ADAM_VECTOR(v8, v8i, g)
  }
}

INLINE float move_all(float *weights, float *momentum, float *velocity, size_t rows, size_t stride,
                      size_t dimension, const uint32_t *_Nullable touched, const float *gradients,
                      size_t touched_count, const float *doubled, rk_adam_parameters p,
                      int clean) {
  v16 sum = {0};
  v8 half_sum = {0};
  size_t row = 0;
  for (size_t next = 0; next <= touched_count; next++) {
    size_t end = next < touched_count ? touched[next] : rows;
    for (; row < end; row++) {
      size_t at = row * stride;
      move_row(weights + at, momentum + at, velocity + at, dimension, 0, doubled, p, clean, &sum,
               &half_sum);
    }
    if (next < touched_count) {
      size_t at = row * stride;
      move_row(weights + at, momentum + at, velocity + at, dimension, gradients + next * stride,
               doubled, p, clean, &sum, &half_sum);
      row++;
    }
  }
  return 0.5f * (fold16(&sum) + fold8(&half_sum));
}

CLONES float rk_adam_all(float *weights, float *momentum, float *velocity, size_t rows,
                         size_t stride, size_t dimension, const uint32_t *_Nullable touched,
                         const float *gradients, size_t touched_count, const float *doubled,
                         rk_adam_parameters parameters) {
  return parameters.clean
             ? move_all(weights, momentum, velocity, rows, stride, dimension, touched, gradients,
                        touched_count, doubled, parameters, 1)
             : move_all(weights, momentum, velocity, rows, stride, dimension, touched, gradients,
                        touched_count, doubled, parameters, 0);
}

CLONES void rk_adam_touched(float *weights, float *momentum, float *velocity, size_t stride,
                            size_t dimension, const uint32_t *_Nullable touched,
                            const float *gradients, size_t touched_count,
                            rk_adam_parameters parameters) {
  rk_adam_parameters p = parameters;
  // A row may rest for long between two of these steps, so each of them cleans up.
  const int clean = 1;
  for (size_t next = 0; next < touched_count; next++) {
    size_t start = touched[next] * stride;
    for (size_t at = 0; at < dimension; at += 16) {
      size_t lane = start + at;
      v16 w = *(v16 *)(weights + lane);
      v16 g = *(const v16 *)(gradients + next * stride + at);
      ADAM_VECTOR(v16, v16i, g)
    }
  }
}
