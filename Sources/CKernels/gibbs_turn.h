#ifndef RECJOB_GIBBS_TURN_H
#define RECJOB_GIBBS_TURN_H

#include "gibbs_gather.h"
#include "gibbs_sixteen.h"
#include "gibbs_solve.h"

// What a draw is made of: sum up, draw, and move all that depends on it.

INLINE void move_rows(const rk_fm_block *b, const float *old, const float *change, uint64_t first,
                      uint64_t end, size_t k) {
  for (uint64_t n = first; n < end; n++) {
    float *row = b->records + b->column_rows[n] * RK_FM_RECORD(k), *moved = row + MOVED(k);
    const float x = b->column_values[n];
    if (k == 8) {
      const v8 d = *(const v8 *)change;
      v8 part = d * (*(const v8 *)moved - *(const v8 *)old * x);
      *(v8 *)moved += d * x;
      row[CONSTANT(8)] += x * (change[8] + fold8(&part));
      continue;
    }
    v16 part = {0};
    for (size_t lane = 0; lane < k; lane += 16) {
      const v16 d = *(const v16 *)(change + lane);
      part += d * (*(const v16 *)(moved + lane) - *(const v16 *)(old + lane) * x);
      *(v16 *)(moved + lane) += d * x;
    }
    row[CONSTANT(k)] += x * (change[k] + fold16(&part));
  }
}

INLINE void move_ratings(const rk_fm_block *b, const float *old, const float *change,
                         uint64_t first, uint64_t end, size_t k) {
  for (uint64_t n = first; n < end; n++) {
    const uint32_t rating = b->column_rows[n];
    const float x = b->column_values[n];
    float *q = b->sums + rating * k;
    float sum;
    if (k == 8) {
      const v8 d = *(const v8 *)change;
      v8 part = d * (*(const v8 *)q - *(const v8 *)old * x);
      sum = fold8(&part);
      *(v8 *)q += d * x;
    } else {
      v16 part = {0};
      for (size_t lane = 0; lane < k; lane += 16) {
        const v16 d = *(const v16 *)(change + lane);
        part += d * (*(const v16 *)(q + lane) - *(const v16 *)(old + lane) * x);
        *(v16 *)(q + lane) += d * x;
      }
      sum = fold16(&part);
    }
    b->residuals[rating] -= x * (change[k] + sum);
  }
}

INLINE void move(const rk_fm_block *b, const float *old, const float *change, uint64_t first,
                 uint64_t end, size_t k) {
  if (b->records) move_rows(b, old, change, first, end, k);
  else move_ratings(b, old, change, first, end, k);
}

// Leaves of a record what belongs to the first factors. As in lanes of padding, nothing is drawn then
// where nothing is known and no normal number is given.
INLINE void limit(float *record, size_t factors, size_t k) {
  for (size_t f = factors; f < k; f++) {
    for (size_t other = 0; other < k; other++)
      record[second_moment(k, f, other)] = record[second_moment(k, other, f)] = 0;
    record[SUMS(k) + f] = record[RESIDUALS(k) + f] = 0;
  }
}

// Adds the change of a feature's weights, and keeps what they were. What rounding leaves of the change
// is what all else must follow.
INLINE void change_weights(float *weight, float *old, float *change, size_t k) {
  for (size_t lane = 0; lane < RK_FM_STRIDE(k); lane += 16) {
    const v16 before = *(const v16 *)(weight + lane);
    const v16 after = before + *(const v16 *)(change + lane);
    *(v16 *)(old + lane) = before;
    *(v16 *)(weight + lane) = after;
    *(v16 *)(change + lane) = after - before;
  }
}

// How many features are drawn side by side: the records of more would not stay in the cache.
#define SIDE_BY_SIDE(k) ((k) <= 32 ? 16 : 1)

// The features of a batch, or of what is left of it, that are drawn next.
INLINE size_t batch_size(size_t first, size_t end, size_t k) {
  return end - first < SIDE_BY_SIDE(k) ? end - first : SIDE_BY_SIDE(k);
}

// Draws the changes of features that share no row from their records, and keeps what the weights were.
INLINE void draw_changes(const rk_fm_block *b, const rk_fm_prior *prior, const uint32_t *features,
                         size_t count, float *records, float *olds, float *changes, size_t k) {
  const size_t stride = RK_FM_STRIDE(k);
  // Two are faster one after the other.
  if (count > 2) solve_sixteen(b, prior, features, count, records, changes, k);
  for (size_t s = 0; s < count && count <= 2; s++) {
    const float *weight = b->weights + features[s] * stride;
    const float *normals = b->normals + features[s] * stride;
    float *record = records + s * RK_FM_RECORD(k), *change = changes + s * stride;
    limit(record, prior->factors, k);
    if (k == 8) solve8(record, prior, weight, normals, change);
    else solve(record, prior, weight, normals, change, k);
  }
  for (size_t s = 0; s < count; s++)
    change_weights(b->weights + features[s] * stride, olds + s * stride, changes + s * stride, k);
}

#endif
