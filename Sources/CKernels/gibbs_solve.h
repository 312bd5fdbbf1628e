#ifndef RECJOB_GIBBS_SOLVE_H
#define RECJOB_GIBBS_SOLVE_H

#include <string.h>

#include "gibbs.h"

// The lane after one of those that a feature has: the first factors, then the linear weight in lane k.
INLINE size_t next_lane(size_t lane, size_t factors, size_t k) {
  return lane + 1 == factors ? k : lane + 1;
}

// The change of a feature's weights: (A + Lambda / noise)^-1 ... as a normal draw.
//
// P = noise A + Lambda = L D L' (no roots on the way); the change is
// P^-1 (noise b + Lambda (mean - old)) + L'^-1 D^-1/2 z. Adding Lambda to a matrix that is not negative
// keeps each element of D above that of Lambda, which rounding must not undo.
INLINE void solve(const float *record, const rk_fm_prior *prior, const float *weight,
                  const float *normals, float *change, size_t k) {
  const size_t stride = RK_FM_STRIDE(k), lanes = k + 1;
  // Rows of P below and on the diagonal turn into L D.
  float matrix[lanes * stride] __attribute__((aligned(64)));
  float right[stride] __attribute__((aligned(64)));
  float inverse[stride] __attribute__((aligned(64)));
  float part[stride] __attribute__((aligned(64)));
  const float noise = prior->noise;
  memset(right, 0, sizeof right);
  memset(inverse, 0, sizeof inverse);
  for (size_t f = 0; f < k; f++) {
    for (size_t lane = 0; lane < k; lane++)
      matrix[f * stride + lane] = record[f * k + lane] * noise;
    matrix[f * stride + k] = record[SUMS(k) + f] * noise;
    for (size_t lane = lanes; lane < stride; lane++) matrix[f * stride + lane] = 0;
    matrix[k * stride + f] = matrix[f * stride + k];
    right[f] = record[RESIDUALS(k) + f] * noise;
  }
  matrix[k * stride + k] = record[COUNT(k)] * noise;
  for (size_t lane = lanes; lane < stride; lane++) matrix[k * stride + lane] = 0;
  right[k] = record[RESIDUAL(k)] * noise;
  for (size_t f = 0; f < lanes; f++) {
    matrix[f * stride + f] += prior->precisions[f];
    right[f] += prior->precisions[f] * (prior->means[f] - weight[f]);
  }
  const size_t factors = prior->factors;
  for (size_t j = 0; j < lanes; j = next_lane(j, factors, k)) {
    const float *row = matrix + j * stride;
    float pivot = row[j];
    pivot = pivot > prior->precisions[j] ? pivot : prior->precisions[j];
    const float reciprocal = 1 / pivot;
    inverse[j] = reciprocal;
    const float share = right[j] * reciprocal;
    for (size_t lane = 0; lane < stride; lane++) part[lane] = lane > j ? row[lane] : 0;
    for (size_t lane = 0; lane < stride; lane += 16)
      *(v16 *)(right + lane) -= *(const v16 *)(part + lane) * share;
    for (size_t f = next_lane(j, factors, k); f < lanes; f = next_lane(f, factors, k)) {
      const float factor = part[f] * reciprocal;
      for (size_t lane = 0; lane < stride; lane += 16)
        *(v16 *)(matrix + f * stride + lane) -= *(const v16 *)(part + lane) * factor;
    }
  }
  for (size_t lane = 0; lane < stride; lane++)
    change[lane] = right[lane] * inverse[lane] + normals[lane] * __builtin_sqrtf(inverse[lane]);
  for (size_t j = k; j > 0; j = j == k ? factors - 1 : j - 1) {
    const float known = change[j];
    const float *row = matrix + j * stride;
    for (size_t lane = 0; lane < j; lane++) change[lane] -= row[lane] * inverse[lane] * known;
  }
  if (!prior->linear) change[k] = 0;
}

// The same for nine weights, one row of P in each register.
INLINE void solve8(const float *record, const rk_fm_prior *prior, const float *weight,
                   const float *normals, float *change) {
  const v16i numbers = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
  const v16 precision = *(const v16 *)prior->precisions;
  const float noise = prior->noise;
  const v8 cross = *(const v8 *)(record + SUMS(8)) * noise, zeros = {0};
  const v16 last = __builtin_shufflevector(cross, zeros, 0, 1, 2, 3, 4, 5, 6, 7, 8, 8, 8, 8, 8, 8,
                                           8, 8);
  v16 rows[9], right, inverse = {0};
  float whole[64] __attribute__((aligned(64)));
#pragma clang loop unroll(full)
  for (size_t n = 0; n < 64; n++) whole[n] = record[second_moment(8, n / 8, n % 8)];
#define LAST(f)                                                                                    \
  {                                                                                                \
    const v16 two = *(const v16 *)(whole + 16 * (f / 2)) * noise;                                  \
    rows[f] = __builtin_shufflevector(two, last, f % 2 * 8, f % 2 * 8 + 1, f % 2 * 8 + 2,          \
                                      f % 2 * 8 + 3, f % 2 * 8 + 4, f % 2 * 8 + 5, f % 2 * 8 + 6,  \
                                      f % 2 * 8 + 7, 16 + f, 24, 24, 24, 24, 24, 24, 24);          \
  }
  LAST(0)
  LAST(1)
  LAST(2)
  LAST(3)
  LAST(4)
  LAST(5)
  LAST(6)
  LAST(7)
#undef LAST
  rows[8] = last;
  rows[8][8] = record[COUNT(8)] * noise;
  const v8 residuals = *(const v8 *)(record + RESIDUALS(8)) * noise;
  right = __builtin_shufflevector(residuals, zeros, 0, 1, 2, 3, 4, 5, 6, 7, 8, 8, 8, 8, 8, 8, 8, 8);
  right[8] = record[RESIDUAL(8)] * noise;
  right += precision * (*(const v16 *)prior->means - *(const v16 *)weight);
#pragma clang loop unroll(full)
  for (int f = 0; f < 9; f++)
    rows[f] += (v16)((v16i)precision & (v16i)(numbers == f));
  float pivot = rows[0][0];
#pragma clang loop unroll(full)
  for (int j = 0; j < 9; j++) {
    pivot = pivot > precision[j] ? pivot : precision[j];
    const float reciprocal = 1 / pivot;
    const v16 part = (v16)((v16i)rows[j] & (v16i)(numbers > j));
    const v16 share = part * reciprocal;
    // The next pivot is what everything waits for; its row's lane comes out the same.
    if (j < 8) pivot = rows[j + 1][j + 1] - rows[j][j + 1] * (rows[j][j + 1] * reciprocal);
    right -= share * right[j];
    inverse = (v16)(((v16i)inverse & (v16i)(numbers != j)) |
                    ((v16i)((v16){0} + reciprocal) & (v16i)(numbers == j)));
#pragma clang loop unroll(full)
    for (int f = j + 1; f < 9; f++) rows[f] -= part * share[f];
  }
  v16 result = right * inverse + *(const v16 *)normals * __builtin_elementwise_sqrt(inverse);
#pragma clang loop unroll(full)
  for (int j = 8; j > 0; j--) {
    const v16 below = (v16)((v16i)(rows[j] * inverse) & (v16i)(numbers < j));
    result -= below * result[j];
  }
  *(v16 *)change = result;
  if (!prior->linear) change[8] = 0;
}

#endif
