#include "adam_row.h"

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
