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
      for (size_t s = 0; s < count; s++)
        gather(b, b->weights + features[s] * stride, b->column_starts[features[s]],
               b->column_starts[features[s] + 1], records + s * RK_FM_RECORD(k), prior->factors, k);
      draw_changes(b, prior, features, count, records, olds, changes, k);
      for (size_t s = 0; s < count; s++)
        move(b, olds + s * stride, changes + s * stride, b->column_starts[features[s]],
             b->column_starts[features[s] + 1], prior->factors, k);
      first += count;
    }
  }
}

CLONES void rk_fm_sweep(const rk_fm_block *block, const rk_fm_prior *prior, const rk_fm_list *list) {
  FOR_EACH_K(block->k, sweep(block, prior, list, K))
}

CLONES void rk_fm_gather(const rk_fm_block *block, uint32_t feature, uint64_t first, uint64_t end,
                         float *record) {
  FOR_EACH_K(block->k, gather(block, block->weights + feature * RK_FM_STRIDE(K), first, end, record, K, K))
}
