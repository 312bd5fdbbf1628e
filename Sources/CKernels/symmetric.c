#include "CKernels.h"
#include "vector.h"

#include <string.h>

enum { SIDE = RK_TILE_SIDE };

typedef double d8 __attribute__((vector_size(64), aligned(64), may_alias));

// Four rows of 16 columns at a time stay in registers while the sums grow.
CLONES void rk_tile_multiply_add(double *target, const double *left, const double *right,
                                 double scale) {
  for (size_t row = 0; row < SIDE; row += 4) {
    for (size_t column = 0; column < SIDE; column += 16) {
      d8 sums[4][2];
#pragma clang loop unroll(full)
      for (int r = 0; r < 4; r++) {
        const d8 *place = (const d8 *)(target + (row + (size_t)r) * SIDE + column);
        sums[r][0] = place[0];
        sums[r][1] = place[1];
      }
      for (size_t k = 0; k < SIDE; k++) {
        const d8 *values = (const d8 *)(right + k * SIDE + column);
        d8 first = values[0], second = values[1];
#pragma clang loop unroll(full)
        for (int r = 0; r < 4; r++) {
          double factor = scale * left[(row + (size_t)r) * SIDE + k];
          sums[r][0] += factor * first;
          sums[r][1] += factor * second;
        }
      }
#pragma clang loop unroll(full)
      for (int r = 0; r < 4; r++) {
        d8 *place = (d8 *)(target + (row + (size_t)r) * SIDE + column);
        place[0] = sums[r][0];
        place[1] = sums[r][1];
      }
    }
  }
}

CLONES int rk_tile_invert(double *tile) {
  for (size_t p = 0; p < SIDE; p++) {
    double *pivot_row = tile + p * SIDE;
    const double pivot = pivot_row[p];
    // Neither infinity nor what is not a number is below the greatest number.
    if (!(pivot > 0 && pivot <= 1.7976931348623157e308)) return 0;
    const double inverse = 1 / pivot;
    pivot_row[p] = 1;
    for (size_t lane = 0; lane < SIDE; lane += 8) *(d8 *)(pivot_row + lane) *= inverse;
    for (size_t row = 0; row < SIDE; row++) {
      if (row == p) continue;
      double *other = tile + row * SIDE;
      const double factor = other[p];
      other[p] = 0;
      for (size_t lane = 0; lane < SIDE; lane += 8) {
        *(d8 *)(other + lane) -= factor * *(const d8 *)(pivot_row + lane);
      }
    }
  }
  return 1;
}

void rk_tile_turn(const double *source, double *target) {
  for (size_t row = 0; row < SIDE; row++) {
    for (size_t column = 0; column < SIDE; column++) {
      target[column * SIDE + row] = source[row * SIDE + column];
    }
  }
}

void rk_sparse_dots(const float *dense, const size_t *starts, const uint32_t *others,
                    const float *weights, const uint32_t *rows, size_t count, double *sums) {
  for (size_t place = 0; place < count; place++) {
    const size_t end = starts[rows[place] + 1];
    double sum = 0;
    for (size_t member = starts[rows[place]]; member < end; member++) {
      sum += (double)dense[others[member]] * (double)weights[member];
    }
    sums[place] = sum;
  }
}
