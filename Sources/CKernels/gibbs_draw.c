#include "gibbs_turn.h"

// The draws of a block's features, one after the other.

INLINE void sweep(const rk_fm_block *b, const rk_fm_prior *prior, const uint32_t *features,
                  size_t count, size_t k) {
  float record[RK_FM_RECORD(k)] __attribute__((aligned(64)));
  float change[RK_FM_STRIDE(k)] __attribute__((aligned(64)));
  float old[RK_FM_STRIDE(k)] __attribute__((aligned(64)));
  for (size_t number = 0; number < count; number++) {
    const size_t feature = features[number];
    const uint64_t first = b->column_starts[feature], end = b->column_starts[feature + 1];
    gather(b, b->weights + feature * RK_FM_STRIDE(k), first, end, record, prior->factors, k);
    draw_change(b, prior, feature, record, old, change, k);
    move(b, old, change, first, end, prior->factors, k);
  }
}

CLONES void rk_fm_sweep(const rk_fm_block *block, const rk_fm_prior *prior,
                        const uint32_t *features, size_t count) {
  FOR_EACH_K(block->k, sweep(block, prior, features, count, K))
}

CLONES void rk_fm_gather(const rk_fm_block *block, uint32_t feature, uint64_t first, uint64_t end,
                         float *record) {
  FOR_EACH_K(block->k, gather(block, block->weights + feature * RK_FM_STRIDE(K), first, end, record, K, K))
}
