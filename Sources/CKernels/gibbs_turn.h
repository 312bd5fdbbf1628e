#ifndef RECJOB_GIBBS_TURN_H
#define RECJOB_GIBBS_TURN_H

#include "gibbs_gather.h"

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

// How many features are drawn side by side: the records of more would not stay in the cache.
#define SIDE_BY_SIDE(k) ((k) <= 32 ? 16 : 1)

// The features of a batch, or of what is left of it, that are drawn next.
INLINE size_t batch_size(size_t first, size_t end, size_t k) {
  return end - first < SIDE_BY_SIDE(k) ? end - first : SIDE_BY_SIDE(k);
}

// How many features before its turn the data of one is asked for.
#define AHEAD 16

// Asks for what the draws of some features begin with: where it lies depends on the feature, and of
// many features it is in no near cache. The first ones of a list are not asked for.
INLINE void ask_for_features(const rk_fm_block *b, const rk_fm_list *list, size_t first, size_t count,
                             size_t k) {
  const size_t all = list->batches ? list->ends[list->batches - 1] : 0;
  for (size_t n = first; n < first + count && n < all; n++) {
    const uint32_t feature = list->features[n];
    const uint64_t entry = b->column_starts[feature];
    __builtin_prefetch(b->column_rows + entry);
    __builtin_prefetch(b->column_values + entry);
    for (size_t lane = 0; lane < RK_FM_STRIDE(k); lane += 16) {
      __builtin_prefetch(b->weights + feature * RK_FM_STRIDE(k) + lane);
      __builtin_prefetch(b->normals + feature * RK_FM_STRIDE(k) + lane);
    }
  }
}

// Draws the changes of features that share no row, 1 to SIDE_BY_SIDE(k) of them, from their
// records, which may be overwritten, and keeps what the weights were; `changes` and `olds` are rows
// of weights.
void rk_fm_draw_changes(const rk_fm_block *block, const rk_fm_prior *prior,
                        const uint32_t *features, size_t count, float *records, float *olds,
                        float *changes);

#endif
