#include "gibbs_turn.h"
#include "transpose.h"

// The draws of features that share no row: those of several features side by side, a lane for
// each, so that no step of one waits for another's.

// Where a row of the lower half of a matrix begins.
#define ROW(f) ((f) * ((f) + 1) / 2)

#define GLUED_(one, other) one##other
#define GLUED(one, other) GLUED_(one, other)
#define OF_LANES(name) GLUED(name, LANES)

#define LANES 4
#include "gibbs_lanes.h"
#define LANES 8
#include "gibbs_lanes.h"
#define LANES 16
#include "gibbs_lanes.h"

// Leaves of a record what belongs to the first factors. As in lanes of padding, nothing is drawn
// then where nothing is known and no normal number is given.
INLINE void limit(float *record, size_t factors, size_t k) {
  for (size_t f = factors; f < k; f++) {
    for (size_t other = 0; other < k; other++)
      record[second_moment(k, f, other)] = record[second_moment(k, other, f)] = 0;
    record[SUMS(k) + f] = record[RESIDUALS(k) + f] = 0;
  }
}

// Draws the changes of up to 16 features of 8 factors from their records, which may be overwritten.
INLINE void draw_of_eight(const rk_fm_block *b, const rk_fm_prior *prior, const uint32_t *features,
                          size_t count, float *records, float *changes) {
  const size_t factors = prior->factors;
  // Full batches of 2 or 4 factors are common: the days of ratings do not depend on each other.
  if (count > 8 && factors == 2) {
    draw_eight16(b, prior, features, count, records, changes, 2);
  } else if (count > 8 && factors == 4) {
    draw_eight16(b, prior, features, count, records, changes, 4);
  } else {
    for (size_t s = 0; s < count; s++) limit(records + s * RK_FM_RECORD(8), factors, 8);
    if (count <= 4) draw_eight4(b, prior, features, count, records, changes, 8);
    else if (count <= 8) draw_eight8(b, prior, features, count, records, changes, 8);
    else draw_eight16(b, prior, features, count, records, changes, 8);
  }
}

// The lane after one of those that a feature has: the first factors, then the linear weight in
// lane k.
INLINE size_t next_lane(size_t lane, size_t factors, size_t k) {
  return lane + 1 == factors ? k : lane + 1;
}

// The draw of one feature alone, rows of its matrix being vectors.
INLINE void draw_one(const float *record, const rk_fm_prior *prior, const float *weight,
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

// Adds the change of a feature's weights, and keeps what they were. What rounding leaves of the
// change is what all else must follow.
INLINE void change_weights(float *weight, float *old, float *change, size_t k) {
  for (size_t lane = 0; lane < RK_FM_STRIDE(k); lane += 16) {
    const v16 before = *(const v16 *)(weight + lane);
    const v16 after = before + *(const v16 *)(change + lane);
    *(v16 *)(old + lane) = before;
    *(v16 *)(weight + lane) = after;
    *(v16 *)(change + lane) = after - before;
  }
}

INLINE void draw_changes(const rk_fm_block *b, const rk_fm_prior *prior, const uint32_t *features,
                         size_t count, float *records, float *olds, float *changes, size_t k) {
  const size_t stride = RK_FM_STRIDE(k);
  if (k == 8) {
    draw_of_eight(b, prior, features, count, records, changes);
  } else if (count > 8) {
    draw_any16(b, prior, features, count, records, changes, k);
  } else if (count > 4) {
    draw_any8(b, prior, features, count, records, changes, k);
  } else if (count > 1) {
    draw_any4(b, prior, features, count, records, changes, k);
  } else {
    limit(records, prior->factors, k);
    draw_one(records, prior, b->weights + *features * stride, b->normals + *features * stride,
             changes, k);
  }
  for (size_t s = 0; s < count; s++)
    change_weights(b->weights + features[s] * stride, olds + s * stride, changes + s * stride, k);
}

CLONES void rk_fm_draw_changes(const rk_fm_block *block, const rk_fm_prior *prior,
                               const uint32_t *features, size_t count, float *records, float *olds,
                               float *changes) {
  FOR_EACH_K(block->k, draw_changes(block, prior, features, count, records, olds, changes, K))
}
