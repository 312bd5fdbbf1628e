#include "CKernels.h"
#include "vector.h"

#define MOST_VECTORS (RK_MOST_SAMPLES / 16)

CLONES void rk_samples_add(float *target, const float *source, const float *_Nullable squares,
                           float scale, size_t groups, size_t lanes) {
  const float half = -0.5f * (scale * scale);
  for (size_t lane = 0; lane < groups * lanes; lane += 16) {
    *(v16 *)(target + lane) += *(const v16 *)(source + lane) * scale;
  }
  if (squares == NULL) return;
  for (size_t lane = 0; lane < lanes; lane += 16) {
    *(v16 *)(target + lane) += *(const v16 *)(squares + lane) * half;
  }
}

CLONES void rk_samples_squares(const float *source, float *squares, size_t groups, size_t lanes) {
  for (size_t lane = 0; lane < lanes; lane += 16) {
    v16 sum = (v16){0};
    for (size_t group = 1; group < groups; group++) {
      const v16 x = *(const v16 *)(source + group * lanes + lane);
      sum += x * x;
    }
    *(v16 *)(squares + lane) = sum;
  }
}

/// e^x for -87 <= x <= 0, as `exponential` of vector.h.
INLINE void exponential16(v16 *argument) {
  const v16 x = *argument;
  const float magic = 12582912.0f;
  v16 shifted = x * 1.44269504f + magic;
  v16 n = shifted - magic;
  v16 r = (x - n * 0.693359375f) - n * -2.12194440e-4f;
  v16 square = r * r;
  v16 low = (1.0f + r) + (0.5f + r * (1 / 6.0f)) * square;
  v16 high = (1 / 24.0f + r * (1 / 120.0f)) + (1 / 720.0f + r * (1 / 5040.0f)) * square;
  v16 sum = low + high * (square * square);
  v16i power = ((v16i)shifted - 0x4B400000 + 127) << 23;
  *argument = sum * (v16)power;
}

/// The chance that a standard normal number is below x, to about 1e-7, by the rational approximation
/// of the complementary error function of Abramowitz and Stegun, 7.1.26.
INLINE void normal_share(v16 *argument) {
  const v16 x = *argument;
  const v16i negative = x < (v16){0};
  v16 size = (v16)((v16i)x & 0x7fffffff) * 0.70710678f;
  const v16 greatest = (v16){0} + 9.0f;
  const v16i far = size > greatest;
  size = (v16)(((v16i)greatest & far) | ((v16i)size & ~far));
  v16 t = 1.0f / (1.0f + 0.3275911f * size);
  v16 sum = t * 1.061405429f - 1.453152027f;
  sum = sum * t + 1.421413741f;
  sum = sum * t - 0.284496736f;
  sum = sum * t + 0.254829592f;
  v16 tail = -(size * size);
  exponential16(&tail);
  tail = tail * (sum * t) * 0.5f;
  const v16 rest = 1.0f - tail;
  *argument = (v16)(((v16i)tail & negative) | ((v16i)rest & ~negative));
}

CLONES void rk_sample_scores(const rk_sample_tables *tables, const float *context,
                             const float *_Nullable user_self,
                             const float *_Nullable user_squares, float user_share,
                             const uint32_t *items, size_t count, float *means,
                             float *_Nullable variances) {
  const size_t lanes = tables->lanes, groups = tables->groups;
  const size_t vectors = lanes / 16, stride = lanes * groups;
  const float user_half = -0.5f * (user_share * user_share);
  v16 scores[MOST_VECTORS];
  for (size_t n = 0; n < count; n++) {
    const float *item = tables->items + items[n] * stride;
    const float *self = NULL, *squares = NULL;
    float share = 0, half = 0;
    if (tables->item_self != NULL) {
      self = tables->item_self + items[n] * stride;
      squares = tables->item_squares + items[n] * lanes;
      share = tables->item_shares[items[n]];
      half = -0.5f * (share * share);
    }
    v16 total = (v16){0};
    for (size_t vector = 0; vector < vectors; vector++) {
      const size_t lane = vector * 16;
      v16 linear = *(const v16 *)(context + lane) + *(const v16 *)(item + lane);
      v16 sum = (v16){0};
      if (self != NULL) {
        linear += *(const v16 *)(self + lane) * user_share;
        linear += *(const v16 *)(squares + lane) * user_half;
        linear += *(const v16 *)(user_self + lane) * share;
        linear += *(const v16 *)(user_squares + lane) * half;
        for (size_t at = lanes + lane; at < stride; at += lanes) {
          v16 x = *(const v16 *)(context + at) + *(const v16 *)(item + at);
          x += *(const v16 *)(self + at) * user_share;
          x += *(const v16 *)(user_self + at) * share;
          sum += x * x;
        }
      } else {
        for (size_t at = lanes + lane; at < stride; at += lanes) {
          v16 x = *(const v16 *)(context + at) + *(const v16 *)(item + at);
          sum += x * x;
        }
      }
      v16 score = linear + sum * 0.5f;
      if (tables->cuts != NULL) {
        v16 rating = (v16){0} + tables->levels[0];
        for (size_t level = 1; level < tables->level_count; level++) {
          v16 above = score - *(const v16 *)(tables->cuts + (level - 1) * lanes + lane);
          normal_share(&above);
          rating += above * (tables->levels[level] - tables->levels[level - 1]);
        }
        score = rating;
      }
      scores[vector] = score;
      total += score * *(const v16 *)(tables->weights + lane);
    }
    const float mean = fold16(&total);
    means[n] = mean;
    if (variances == NULL) continue;
    v16 spread = (v16){0};
    for (size_t vector = 0; vector < vectors; vector++) {
      const v16 distance = scores[vector] - mean;
      spread += distance * distance * *(const v16 *)(tables->weights + vector * 16);
    }
    variances[n] = fold16(&spread);
  }
}
