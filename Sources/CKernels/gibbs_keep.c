#include "gibbs.h"

// Weights of many samples side by side, as predictions read them. One sample alone would write one
// float here and there, so that each of them costs a line of the cache.

// Spreads rows of weights, one for each sample, over the groups of a row that is kept.
INLINE void keep(const rk_fm_samples *samples, const float *const *rows, float *target, size_t k) {
  for (size_t n = 0; n < samples->count; n++) target[n] = rows[n][k];
  for (size_t f = 0; f < samples->factors; f++) {
    target += samples->lanes;
    for (size_t n = 0; n < samples->count; n++) target[n] = rows[n][f];
  }
}

INLINE void keep_weights(const rk_fm_samples *samples, size_t feature, size_t first, size_t end,
                         size_t k) {
  for (size_t row = first; row < end; row++) {
    const float *rows[16];
    for (size_t n = 0; n < samples->count; n++)
      rows[n] = samples->weights[n] + (feature + row) * RK_FM_STRIDE(k);
    keep(samples, rows, samples->target + row * samples->target_stride, k);
  }
}

CLONES void rk_fm_keep_weights(const rk_fm_samples *samples, size_t feature, size_t first,
                               size_t end) {
  FOR_EACH_K(samples->k, keep_weights(samples, feature, first, end, K))
}

INLINE void keep_sums(const rk_fm_samples *samples, const uint64_t *starts, const uint32_t *indices,
                      const float *values, size_t first, size_t end, size_t k) {
  float sums[16 * RK_FM_STRIDE(k)] __attribute__((aligned(64)));
  const float *rows[16];
  for (size_t n = 0; n < 16; n++) rows[n] = sums + n * RK_FM_STRIDE(k);
  for (size_t row = first; row < end; row++) {
    for (size_t n = 0; n < samples->count; n++) {
      float *sum = sums + n * RK_FM_STRIDE(k);
      sum[k] = row_sum(samples->weights[n], k, indices, values, starts[row], starts[row + 1], sum);
    }
    keep(samples, rows, samples->target + row * samples->target_stride, k);
  }
}

CLONES void rk_fm_keep_sums(const rk_fm_samples *samples, const uint64_t *starts,
                            const uint32_t *indices, const float *values, size_t first, size_t end) {
  FOR_EACH_K(samples->k, keep_sums(samples, starts, indices, values, first, end, K))
}
