// A template: define LANES, 4, 8 or 16. The draws of as many features.

#define ELIMINATE OF_LANES(eliminate)
#define VECTOR OF_LANES(v)
#define INTEGERS GLUED(VECTOR, i)
#define UNROLL
#include "gibbs_eliminate.h"

#define ELIMINATE OF_LANES(eliminate_eight)
#define VECTOR OF_LANES(v)
#define INTEGERS GLUED(VECTOR, i)
#define UNROLL UNROLLED
#include "gibbs_eliminate.h"

// Of 8 factors, whose rows are whole vectors.
INLINE void OF_LANES(draw_eight)(const rk_fm_block *b, const rk_fm_prior *prior,
                                 const uint32_t *features, size_t count, const float *records,
                                 float *changes, size_t factors) {
  typedef OF_LANES(v) vector;
  // The record, weights and normal numbers of the features, in parts of a vector of each feature.
  // Turned round, rows[n] is the number n of all features.
  vector rows[96];
  UNROLLED for (size_t s = 0; s < LANES; s++) {
    // Lanes without a feature draw what the last one draws, and nobody reads it.
    const size_t own = s < count ? s : count - 1, row = features[own] * RK_FM_STRIDE(8);
    const vector *record = (const vector *)(records + own * RK_FM_RECORD(8));
    const vector *weights = (const vector *)(b->weights + row);
    const vector *normals = (const vector *)(b->normals + row);
    UNROLLED for (size_t part = 0; part < 64 / LANES; part++) rows[part * LANES + s] = record[part];
    UNROLLED for (size_t part = 0; part < 16 / LANES; part++) {
      rows[64 + part * LANES + s] = weights[part];
      rows[80 + part * LANES + s] = normals[part];
    }
  }
  UNROLLED for (size_t first = 0; first < 96; first += LANES) OF_LANES(transpose)(rows + first);
  vector matrix[ROW(factors + 1)], right[factors + 1], weights[factors + 1], draws[factors + 1];
  UNROLLED for (size_t f = 0; f <= factors; f++) {
    const size_t lane = f == factors ? 8 : f;
    UNROLLED for (size_t g = 0; g <= f; g++) matrix[ROW(f) + g] =
        rows[f == factors ? first_moment(8, g < f ? g : 8) : second_moment(8, f, g)];
    right[f] = rows[residual_moment(8, lane)];
    weights[f] = rows[64 + lane];
    draws[f] = rows[80 + lane];
  }
  OF_LANES(eliminate_eight)(prior, matrix, right, weights, draws, factors, 8);
  vector drawn[16] = {0};
  UNROLLED for (size_t f = 0; f < factors; f++) drawn[f] = draws[f];
  drawn[8] = draws[factors];
  UNROLLED for (size_t first = 0; first < 16; first += LANES) OF_LANES(transpose)(drawn + first);
  for (size_t s = 0; s < count; s++) {
    vector *change = (vector *)(changes + s * RK_FM_STRIDE(8));
    UNROLLED for (size_t part = 0; part < 16 / LANES; part++) change[part] = drawn[part * LANES + s];
  }
}

// Of any number of factors.
INLINE void OF_LANES(draw_any)(const rk_fm_block *b, const rk_fm_prior *prior,
                               const uint32_t *features, size_t count, const float *records,
                               float *changes, size_t k) {
  const size_t factors = prior->factors, stride = RK_FM_STRIDE(k);
  OF_LANES(v) matrix[ROW(factors + 1)], right[factors + 1], weights[factors + 1], draws[factors + 1];
  // Lanes without a feature draw from nothing.
  memset(matrix, 0, sizeof matrix);
  memset(right, 0, sizeof right);
  memset(weights, 0, sizeof weights);
  memset(draws, 0, sizeof draws);
  for (size_t s = 0; s < count; s++) {
    const float *record = records + s * RK_FM_RECORD(k);
    const float *weight = b->weights + features[s] * stride;
    const float *normals = b->normals + features[s] * stride;
    for (size_t f = 0; f < factors; f++) {
      for (size_t g = 0; g <= f; g++) matrix[ROW(f) + g][s] = record[second_moment(k, f, g)];
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
  OF_LANES(eliminate)(prior, matrix, right, weights, draws, factors, k);
  for (size_t s = 0; s < count; s++) {
    float *change = changes + s * stride;
    memset(change, 0, stride * sizeof *change);
    for (size_t f = 0; f < factors; f++) change[f] = draws[f][s];
    change[k] = draws[factors][s];
  }
}

#undef LANES
