#include "gibbs_turn.h"

// The draws of a block's features.

INLINE void sweep(const rk_fm_block *b, const rk_fm_prior *prior, const rk_fm_list *list, size_t k) {
  float records[SIDE_BY_SIDE(k) * RK_FM_RECORD(k)] __attribute__((aligned(64)));
  float changes[SIDE_BY_SIDE(k) * RK_FM_STRIDE(k)] __attribute__((aligned(64)));
  float olds[SIDE_BY_SIDE(k) * RK_FM_STRIDE(k)] __attribute__((aligned(64)));
  const size_t stride = RK_FM_STRIDE(k);
  size_t first = 0;
  for (size_t batch = 0; batch < list->batches; batch++) {
    while (first < list->ends[batch]) {
      const uint32_t *features = list->features + first;
      const size_t count = batch_size(first, list->ends[batch], k);
      ask_for_features(b, list, first + AHEAD, count, k);
      for (size_t s = 0; s < count; s++)
        gather(b, b->weights + features[s] * stride, b->column_starts[features[s]],
               b->column_starts[features[s] + 1], records + s * RK_FM_RECORD(k), prior->factors, k);
      rk_fm_draw_changes(b, prior, features, count, records, olds, changes);
      for (size_t s = 0; s < count; s++)
        move(b, olds + s * stride, changes + s * stride, b->column_starts[features[s]],
             b->column_starts[features[s] + 1], k);
      first += count;
    }
  }
}

CLONES void rk_fm_sweep(const rk_fm_block *block, const rk_fm_prior *prior, const rk_fm_list *list) {
  FOR_EACH_K(block->k, sweep(block, prior, list, K))
}

INLINE void write_sums(const rk_fm_block *b, uint32_t feature, float *squares, float *products,
                       size_t k) {
  float record[RK_FM_RECORD(k)] __attribute__((aligned(64)));
  gather(b, b->weights + feature * RK_FM_STRIDE(k), b->column_starts[feature],
         b->column_starts[feature + 1], record, k, k);
  for (size_t f = 0; f <= k; f++) {
    for (size_t g = 0; g < k && f < k; g++)
      squares[f * (k + 1) + g] = record[second_moment(k, f, g)];
    squares[f * (k + 1) + k] = squares[k * (k + 1) + f] = record[first_moment(k, f)];
    products[f] = record[residual_moment(k, f)];
  }
}

CLONES void rk_fm_gather(const rk_fm_block *block, uint32_t feature, float *squares,
                         float *products) {
  FOR_EACH_K(block->k, write_sums(block, feature, squares, products, K))
}
