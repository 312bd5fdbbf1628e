#ifndef RECJOB_GIBBS_SIXTEEN_H
#define RECJOB_GIBBS_SIXTEEN_H

#include <string.h>

#include "gibbs.h"

// The draws of up to sixteen features, a lane for each: no step of one waits for another's, as the
// steps of one alone do.

// Where a row of the lower half of a matrix begins.
#define ROW(f) ((f) * ((f) + 1) / 2)

// Exchanges rows with columns of sixteen vectors: elements whose row has a bit of their numbers and
// whose column has not with those the other way round, one bit after the other.
#define LOW_(s, lane) ((lane) & (s) ? 16 + ((lane) ^ (s)) : (lane))
#define HIGH_(s, lane) ((lane) & (s) ? 16 + (lane) : (lane) | (s))
#define LANES_(which, s)                                                                           \
  which(s, 0), which(s, 1), which(s, 2), which(s, 3), which(s, 4), which(s, 5), which(s, 6),       \
      which(s, 7), which(s, 8), which(s, 9), which(s, 10), which(s, 11), which(s, 12),             \
      which(s, 13), which(s, 14), which(s, 15)
#define EXCHANGE_(s)                                                                               \
  _Pragma("clang loop unroll(full)") for (int i = 0; i < 16; i++) if (!(i & (s))) {                \
    const v16 one = rows[i], other = rows[i | (s)];                                                \
    rows[i] = __builtin_shufflevector(one, other, LANES_(LOW_, s));                                \
    rows[i | (s)] = __builtin_shufflevector(one, other, LANES_(HIGH_, s));                         \
  }
INLINE void transpose(v16 *rows) {
  EXCHANGE_(8)
  EXCHANGE_(4)
  EXCHANGE_(2)
  EXCHANGE_(1)
}

// What the draws start from. The weights are the factors that the features have, then the linear
// weight; of P (gibbs_solve.h) there is the lower half, row by row. Lanes without a feature draw from
// nothing.
typedef struct {
  v16 *matrix, *right, *weights, *draws;
} systems;

INLINE void lay(const rk_fm_block *b, const uint32_t *features, size_t count, const float *records,
                size_t factors, systems all, size_t k) {
  const size_t stride = RK_FM_STRIDE(k);
  memset(all.matrix, 0, ROW(factors + 1) * sizeof(v16));
  memset(all.right, 0, (factors + 1) * sizeof(v16));
  memset(all.weights, 0, (factors + 1) * sizeof(v16));
  memset(all.draws, 0, (factors + 1) * sizeof(v16));
  for (size_t s = 0; s < count; s++) {
    const float *record = records + s * RK_FM_RECORD(k);
    const float *weight = b->weights + features[s] * stride;
    const float *normals = b->normals + features[s] * stride;
    for (size_t f = 0; f < factors; f++) {
      for (size_t g = 0; g <= f; g++)
        all.matrix[ROW(f) + g][s] = record[second_moment(k, f, g)];
      all.matrix[ROW(factors) + f][s] = record[SUMS(k) + f];
      all.right[f][s] = record[RESIDUALS(k) + f];
      all.weights[f][s] = weight[f];
      all.draws[f][s] = normals[f];
    }
    all.matrix[ROW(factors) + factors][s] = record[COUNT(k)];
    all.right[factors][s] = record[RESIDUAL(k)];
    all.weights[factors][s] = weight[k];
    all.draws[factors][s] = normals[k];
  }
}

// Where the lower half of the second moments of 8 factors lies in a record.
static const uint8_t lower8[36] = {
    24,
    0,  25,
    8,  1,  26,
    16, 9,  2,  27,
    32, 17, 10, 3,  28,
    21, 33, 18, 11, 4,  29,
    14, 22, 34, 19, 12, 5,  30,
    7,  15, 23, 35, 20, 13, 6,  31,
};

// The same for 8 factors, whose rows are whole vectors.
INLINE void lay8(const rk_fm_block *b, const uint32_t *features, size_t count, const float *records,
                 size_t factors, systems all) {
  v16 parts[6 * 16];
  for (size_t s = 0; s < count; s++) {
    const v16 *record = (const v16 *)(records + s * RK_FM_RECORD(8));
    for (int part = 0; part < 4; part++) parts[16 * part + s] = record[part];
    parts[16 * 4 + s] = *(const v16 *)(b->weights + features[s] * RK_FM_STRIDE(8));
    parts[16 * 5 + s] = *(const v16 *)(b->normals + features[s] * RK_FM_STRIDE(8));
  }
  for (size_t s = count; s < 16; s++)
    for (int part = 0; part < 6; part++) parts[16 * part + s] = (v16){0};
  for (int part = 0; part < 6; part++) transpose(parts + 16 * part);
  for (size_t n = 0; n < ROW(factors); n++) all.matrix[n] = parts[lower8[n]];
  for (size_t f = 0; f <= factors; f++) {
    const size_t lane = f == factors ? 8 : f;
    all.matrix[ROW(factors) + f] = parts[first_moment(8, lane)];
    all.right[f] = parts[residual_moment(8, lane)];
    all.weights[f] = parts[16 * 4 + lane];
    all.draws[f] = parts[16 * 5 + lane];
  }
}

// As `solve` does it, with the changes in rows of weights.
INLINE void solve_some(const rk_fm_block *b, const rk_fm_prior *prior, const uint32_t *features,
                       size_t count, const float *records, float *changes, size_t factors,
                       size_t k) {
  v16 matrix[ROW(factors + 1)], right[factors + 1], weights[factors + 1], draws[factors + 1],
      inverse[factors + 1];
  const systems all = {matrix, right, weights, draws};
  if (k == 8) lay8(b, features, count, records, factors, all);
  else lay(b, features, count, records, factors, all, k);
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
  if (!prior->linear) draws[factors] = (v16){0};
  if (k == 8) {
    v16 rows[16] = {0};
    for (size_t f = 0; f < factors; f++) rows[f] = draws[f];
    rows[8] = draws[factors];
    transpose(rows);
    for (size_t s = 0; s < count; s++) *(v16 *)(changes + s * RK_FM_STRIDE(8)) = rows[s];
    return;
  }
  for (size_t s = 0; s < count; s++) {
    float *change = changes + s * RK_FM_STRIDE(k);
    memset(change, 0, RK_FM_STRIDE(k) * sizeof *change);
    for (size_t f = 0; f < factors; f++) change[f] = draws[f][s];
    change[k] = draws[factors][s];
  }
}

// Loops of known length for the most common numbers of factors.
INLINE void solve_sixteen(const rk_fm_block *b, const rk_fm_prior *prior, const uint32_t *features,
                          size_t count, const float *records, float *changes, size_t k) {
  if (k == 8 && prior->factors == 8)
    solve_some(b, prior, features, count, records, changes, 8, 8);
  else if (k == 8 && prior->factors == 4)
    solve_some(b, prior, features, count, records, changes, 4, 8);
  else if (k == 8 && prior->factors == 2)
    solve_some(b, prior, features, count, records, changes, 2, 8);
  else
    solve_some(b, prior, features, count, records, changes, prior->factors, k);
}

#endif
