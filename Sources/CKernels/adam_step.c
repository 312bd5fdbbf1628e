#include "CKernels.h"
#include "vector.h"

// Moments below this are set to zero in the steps that clean: left alone, those of a parameter whose
// gradient stays zero decay into denormal numbers, which most processors compute many times more
// slowly.
#define TINY 1e-30f

// The step over one vector. A macro because it serves two widths. `clean` is a constant where it is
// used, so that most steps do not test for it.
#define MOVE(V, I)                                                                                 \
  V w = *(V *)(weights + lane);                                                                    \
  V g = *(const V *)(doubled + lane) * w;                                                          \
  V penalty = g * w;                                                                               \
  if (gradient) g = *(const V *)(gradient + lane) + g;                                             \
  V m = *(V *)(momentum + lane) * p.momentum_decay + g * p.momentum_share;                         \
  V v = *(V *)(velocity + lane) * p.velocity_decay + g * g * p.velocity_share;                     \
  if (clean) {                                                                                     \
    m = (V)((I)m & ((m > TINY) | (m < -TINY)));                                                    \
    v = (V)((I)v & (v > TINY));                                                                    \
  }                                                                                                \
  *(V *)(momentum + lane) = m;                                                                     \
  *(V *)(velocity + lane) = v;                                                                     \
  *(V *)(weights + lane) = w - m * p.rate / (__builtin_elementwise_sqrt(v) + p.epsilon);

// The sums of the penalty over whole and half vectors.
typedef struct {
  v16 whole;
  v8 half;
} penalties;

// One row; `gradient` is null where the row has none but that of the penalty. The lanes beyond the
// dimension are zero and stay so; where at most eight lanes are left, half a vector does.
INLINE void move_row(float *weights, float *momentum, float *velocity, size_t dimension,
                     const float *_Nullable gradient, const float *doubled, rk_adam_parameters p,
                     int clean, penalties *sums) {
  size_t lane = 0;
  for (; lane + 8 < dimension; lane += 16) {
    MOVE(v16, v16i)
    sums->whole += penalty;
  }
  if (lane < dimension) {
    MOVE(v8, v8i)
    sums->half += penalty;
  }
}

INLINE float move_all(float *weights, float *momentum, float *velocity, size_t rows, size_t stride,
                      size_t dimension, const uint32_t *_Nullable touched, const float *gradients,
                      size_t touched_count, const float *doubled, rk_adam_parameters p,
                      int clean) {
  penalties sums = {{0}, {0}};
  size_t row = 0;
  for (size_t next = 0; next <= touched_count; next++) {
    size_t end = next < touched_count ? touched[next] : rows;
    for (; row < end; row++) {
      size_t at = row * stride;
      move_row(weights + at, momentum + at, velocity + at, dimension, 0, doubled, p, clean, &sums);
    }
    if (next == touched_count) break;
    size_t at = row * stride;
    move_row(weights + at, momentum + at, velocity + at, dimension, gradients + next * stride,
             doubled, p, clean, &sums);
    row++;
  }
  return 0.5f * (fold16(&sums.whole) + fold8(&sums.half));
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
