#include "CKernels.h"
#include "vector.h"

INLINE float dot(const float *a, const float *b, size_t stride) {
  v16 sum = *(const v16 *)a * *(const v16 *)b;
  for (size_t lane = 16; lane < stride; lane += 16) {
    sum += *(const v16 *)(a + lane) * *(const v16 *)(b + lane);
  }
  return fold16(&sum);
}

INLINE void add_scaled(float *target, const float *source, float scale, size_t stride) {
  for (size_t lane = 0; lane < stride; lane += 16) {
    *(v16 *)(target + lane) += *(const v16 *)(source + lane) * scale;
  }
}

CLONES float rk_dot(const float *a, const float *b, size_t stride) { return dot(a, b, stride); }

CLONES void rk_dots(const float *a, const uint32_t *a_rows, const float *b, const uint32_t *b_rows,
                    size_t count, size_t stride, float *dots) {
  for (size_t n = 0; n < count; n++) {
    dots[n] = dot(a + a_rows[n] * stride, b + b_rows[n] * stride, stride);
  }
}

CLONES void rk_add_scaled_rows(float *targets, const uint32_t *target_rows, const float *sources,
                               const uint32_t *source_rows, const float *scales, size_t count,
                               size_t stride) {
  for (size_t n = 0; n < count; n++) {
    add_scaled(targets + target_rows[n] * stride, sources + source_rows[n] * stride, scales[n],
               stride);
  }
}

CLONES void rk_add_scaled(float *target, const float *source, float scale, size_t stride) {
  add_scaled(target, source, scale, stride);
}

CLONES void rk_add_weighted(float *target, const float *source, const float *weights,
                            size_t stride) {
  for (size_t lane = 0; lane < stride; lane += 16) {
    *(v16 *)(target + lane) += *(const v16 *)(source + lane) * *(const v16 *)(weights + lane);
  }
}
