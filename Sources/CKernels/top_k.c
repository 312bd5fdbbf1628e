#include "CKernels.h"
#include "vector.h"

CLONES void rk_panel_scores(const float *row, const float *panels, size_t panel_count,
                            size_t dimension, float *scores) {
  for (size_t panel = 0; panel < panel_count; panel++) {
    const float *values = panels + panel * dimension * 32;
    v16 left = {0};
    v16 right = {0};
    for (size_t d = 0; d < dimension; d++) {
      left += row[d] * *(const v16 *)(values + d * 32);
      right += row[d] * *(const v16 *)(values + d * 32 + 16);
    }
    *(v16 *)(scores + panel * 32) = left;
    *(v16 *)(scores + panel * 32 + 16) = right;
  }
}
