#include "adam_row.h"

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
