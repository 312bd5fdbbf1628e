#include "CKernels.h"
#include "vector.h"

CLONES float rk_dot(const float *a, const float *b, size_t stride) {
  v16 sum = *(const v16 *)a * *(const v16 *)b;
  for (size_t lane = 16; lane < stride; lane += 16) {
    sum += *(const v16 *)(a + lane) * *(const v16 *)(b + lane);
  }
  return fold16(&sum);
}

CLONES void rk_add_scaled(float *target, const float *source, float scale, size_t stride) {
  for (size_t lane = 0; lane < stride; lane += 16) {
    *(v16 *)(target + lane) += *(const v16 *)(source + lane) * scale;
  }
}

CLONES void rk_add_weighted(float *target, const float *source, const float *weights,
                            size_t stride) {
  for (size_t lane = 0; lane < stride; lane += 16) {
    *(v16 *)(target + lane) += *(const v16 *)(source + lane) * *(const v16 *)(weights + lane);
  }
}
