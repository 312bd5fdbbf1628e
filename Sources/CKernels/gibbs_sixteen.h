#ifndef RECJOB_GIBBS_SIXTEEN_H
#define RECJOB_GIBBS_SIXTEEN_H

#include <string.h>

#include "gibbs.h"

// The draws of up to sixteen features, a lane for each: no step of one waits for another's, as the
// steps of one alone do.

// Where a row of the lower half of a matrix begins.
#define ROW(f) ((f) * ((f) + 1) / 2)

// What the draws start from. The weights are the factors that the features have, then the linear
// weight; of P (gibbs_solve.h) there is the lower half, row by row.
INLINE void lay(const float *record, const float *weight, const float *normals, size_t factors,
                size_t s, v16 *matrix, v16 *right, v16 *weights, v16 *draws, size_t k) {
  for (size_t f = 0; f < factors; f++) {
    for (size_t g = 0; g <= f; g++) matrix[ROW(f) + g][s] = record[f * k + g];
    matrix[ROW(factors) + f][s] = record[SUMS(k) + f];
    right[f][s] = record[RESIDUALS(k) + f];
    weights[f][s] = weight[f];
    draws[f][s] = normals[f];
  }
  matrix[ROW(factors) + factors][s] = record[COUNT(k)];
  right[factors][s] = record[RESIDUAL(k)];
  weights[factors][s] = weight[k];
  draws[factors][s] = normals[k];
}

// As `solve` does it, with the changes in rows of weights.
INLINE void solve_some(const rk_fm_block *b, const rk_fm_prior *prior, const uint32_t *features,
                       size_t count, const float *records, float *changes, size_t factors,
                       size_t k) {
  const size_t stride = RK_FM_STRIDE(k);
  // Lanes without a feature draw from nothing.
  v16 matrix[ROW(factors + 1)], right[factors + 1], weights[factors + 1], draws[factors + 1],
      inverse[factors + 1];
  memset(matrix, 0, sizeof matrix);
  memset(right, 0, sizeof right);
  memset(weights, 0, sizeof weights);
  memset(draws, 0, sizeof draws);
  for (size_t s = 0; s < count; s++)
    lay(records + s * RK_FM_RECORD(k), b->weights + features[s] * stride,
        b->normals + features[s] * stride, factors, s, matrix, right, weights, draws, k);
  for (size_t n = 0; n < ROW(factors + 1); n++) matrix[n] *= prior->noise;
  for (size_t f = 0; f <= factors; f++) {
    const size_t lane = f == factors ? k : f;
    const float precision = prior->precisions[lane];
    matrix[ROW(f) + f] += precision;
    right[f] = right[f] * prior->noise + precision * (prior->means[lane] - weights[f]);
  }
  for (size_t j = 0; j <= factors; j++) {
    const v16 least = (v16){0} + prior->precisions[j == factors ? k : j];
    const v16 pivot = matrix[ROW(j) + j];
    const v16i isMore = pivot > least;
    inverse[j] = 1.0f / (v16)(((v16i)pivot & isMore) | ((v16i)least & ~isMore));
    for (size_t f = j + 1; f <= factors; f++) {
      const v16 factor = matrix[ROW(f) + j] * inverse[j];
      for (size_t g = j + 1; g <= f; g++)
        matrix[ROW(f) + g] -= matrix[ROW(g) + j] * factor;
      right[f] -= right[j] * factor;
    }
  }
  for (size_t f = 0; f <= factors; f++)
    draws[f] = right[f] * inverse[f] + draws[f] * __builtin_elementwise_sqrt(inverse[f]);
  for (size_t j = factors; j > 0; j--)
    for (size_t f = 0; f < j; f++) draws[f] -= matrix[ROW(j) + f] * inverse[f] * draws[j];
  for (size_t s = 0; s < count; s++) {
    float *change = changes + s * stride;
    memset(change, 0, stride * sizeof *change);
    for (size_t f = 0; f < factors; f++) change[f] = draws[f][s];
    if (prior->linear) change[k] = draws[factors][s];
  }
}

// Loops of known length, for the most common number of factors.
INLINE void solve_sixteen(const rk_fm_block *b, const rk_fm_prior *prior, const uint32_t *features,
                          size_t count, const float *records, float *changes, size_t k) {
  if (k == 8 && prior->factors == 8)
    solve_some(b, prior, features, count, records, changes, 8, 8);
  else
    solve_some(b, prior, features, count, records, changes, prior->factors, k);
}

#endif
