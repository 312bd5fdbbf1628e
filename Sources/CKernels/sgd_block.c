#include "block.h"

// How many ratings ahead rows are fetched into the cache.
#define AHEAD 16

INLINE void move_pair(float *user, float *item, size_t stride, float step, rk_sgd_rule user_rule,
                      rk_sgd_rule item_rule) {
  for (size_t lane = 0; lane < stride; lane += 16) {
    v16 p = *(v16 *)(user + lane), q = *(v16 *)(item + lane);
    *(v16 *)(user + lane) = p * *(const v16 *)(user_rule.keep + lane) +
                            q * (step * *(const v16 *)(user_rule.rate + lane));
    *(v16 *)(item + lane) = q * *(const v16 *)(item_rule.keep + lane) +
                            p * (step * *(const v16 *)(item_rule.rate + lane));
  }
}

// The products of the last vectors of two rows, of 16 or 8 lanes, added to a sum that is then folded.
INLINE void fold_with_16(const v16 *p, const v16 *q, v16 *sum, v4 *folded) {
  *sum += *p * *q;
  fold_to_four(sum, folded);
}

INLINE void fold_with_8(const v8 *p, const v8 *q, v16 *sum, v4 *folded) {
  const v16 x = *sum;
  v8 half = (__builtin_shufflevector(x, x, 0, 1, 2, 3, 4, 5, 6, 7) + *p * *q) +
            __builtin_shufflevector(x, x, 8, 9, 10, 11, 12, 13, 14, 15);
  *folded = __builtin_shufflevector(half, half, 0, 1, 2, 3) +
            __builtin_shufflevector(half, half, 4, 5, 6, 7);
}

#define UNROLL _Pragma("clang loop unroll(full)")

// Quads of ratings whose rows are WHOLE vectors of 16 lanes and one of type LAST. The four users'
// rows stay in registers for as long as their streams stay with them: reloading them would wait for
// their stores. A macro because the registers are of two types.
#define QUADS(name, WHOLE, LAST, FOLD_WITH)                                                        \
  INLINE void name(float *users, float *items, size_t stride, const rk_rating *ratings,            \
                   size_t quads, rk_loss loss, rk_sgd_rule user_rule, rk_sgd_rule item_rule,       \
                   v4 *losses) {                                                                   \
    const size_t last = 16 * WHOLE;                                                                \
    const LAST user_keep = *(const LAST *)(user_rule.keep + last);                                 \
    const LAST item_keep = *(const LAST *)(item_rule.keep + last);                                 \
    const LAST user_rate = *(const LAST *)(user_rule.rate + last);                                 \
    const LAST item_rate = *(const LAST *)(item_rule.rate + last);                                 \
    const float user_keep_all = *user_rule.keep, item_keep_all = *item_rule.keep;                  \
    const float user_rate_all = *user_rule.rate, item_rate_all = *item_rule.rate;                  \
    float *user[4], *item[4];                                                                      \
    v16 p[4][4];                                                                                   \
    LAST p_last[4];                                                                                \
    UNROLL for (int s = 0; s < 4; s++) {                                                           \
      user[s] = users + ratings[s].user * stride;                                                  \
      UNROLL for (int v = 0; v < WHOLE; v++) p[s][v] = *(v16 *)(user[s] + 16 * v);                 \
      p_last[s] = *(LAST *)(user[s] + last);                                                       \
    }                                                                                              \
    const rk_rating *end = ratings + 4 * quads;                                                    \
    const rk_rating *latest = end - 4;                                                             \
    for (; ratings < end; ratings += 4) {                                                          \
      const rk_rating *ahead = ratings + AHEAD < latest ? ratings + AHEAD : latest;                \
      UNROLL for (int s = 0; s < 4; s++) {                                                         \
        const float *next_item = items + ahead[s].item * stride;                                   \
        const float *next_user = users + ahead[s].user * stride;                                   \
        UNROLL for (int v = 0; v <= WHOLE; v++) {                                                  \
          __builtin_prefetch(next_item + 16 * v, 1);                                               \
          __builtin_prefetch(next_user + 16 * v, 1);                                               \
        }                                                                                          \
      }                                                                                            \
      v4 folded[4], values;                                                                        \
      UNROLL for (int s = 0; s < 4; s++) {                                                         \
        float *row = users + ratings[s].user * stride;                                             \
        if (__builtin_expect(row != user[s], 0)) {                                                 \
          UNROLL for (int v = 0; v < WHOLE; v++) *(v16 *)(user[s] + 16 * v) = p[s][v];             \
          *(LAST *)(user[s] + last) = p_last[s];                                                   \
          user[s] = row;                                                                           \
          UNROLL for (int v = 0; v < WHOLE; v++) p[s][v] = *(v16 *)(row + 16 * v);                 \
          p_last[s] = *(LAST *)(row + last);                                                       \
        }                                                                                          \
      }                                                                                            \
      UNROLL for (int s = 0; s < 4; s++) {                                                         \
        item[s] = items + ratings[s].item * stride;                                                \
        v16 sum = {0};                                                                             \
        if (WHOLE > 0) sum = p[s][0] * *(v16 *)item[s];                                            \
        UNROLL for (int v = 1; v < WHOLE; v++) sum += p[s][v] * *(v16 *)(item[s] + 16 * v);        \
        FOLD_WITH(&p_last[s], (LAST *)(item[s] + last), &sum, &folded[s]);                         \
        values[s] = ratings[s].value;                                                              \
      }                                                                                            \
      v4 products, steps;                                                                          \
      fold_four(folded, &products);                                                                \
      four_losses(&products, &values, loss, losses, &steps);                                       \
      v4 user_steps = steps * user_rate_all, item_steps = steps * item_rate_all;                   \
      UNROLL for (int s = 0; s < 4; s++) {                                                         \
        UNROLL for (int v = 0; v < WHOLE; v++) {                                                   \
          v16 q = *(v16 *)(item[s] + 16 * v);                                                      \
          *(v16 *)(item[s] + 16 * v) = q * item_keep_all + p[s][v] * item_steps[s];                \
          p[s][v] = p[s][v] * user_keep_all + q * user_steps[s];                                   \
        }                                                                                          \
        LAST q = *(LAST *)(item[s] + last);                                                        \
        *(LAST *)(item[s] + last) = q * item_keep + p_last[s] * (steps[s] * item_rate);            \
        p_last[s] = p_last[s] * user_keep + q * (steps[s] * user_rate);                            \
      }                                                                                            \
    }                                                                                              \
    UNROLL for (int s = 0; s < 4; s++) {                                                           \
      UNROLL for (int v = 0; v < WHOLE; v++) *(v16 *)(user[s] + 16 * v) = p[s][v];                 \
      *(LAST *)(user[s] + last) = p_last[s];                                                       \
    }                                                                                              \
  }

QUADS(quads_of_16, 0, v16, fold_with_16)
QUADS(quads_of_32, 1, v16, fold_with_16)
QUADS(quads_of_48, 2, v16, fold_with_16)
QUADS(quads_of_56, 3, v8, fold_with_8)
QUADS(quads_of_64, 3, v16, fold_with_16)

// Ratings in groups of any length up to four, for any stride; users go to memory and back.
INLINE void groups(float *users, float *items, size_t stride, const rk_rating *ratings, size_t count,
                   size_t length, rk_loss loss, rk_sgd_rule user_rule, rk_sgd_rule item_rule,
                   v4 *losses) {
  for (size_t n = 0; n < count; n += length) {
    v4 steps;
    quad_steps(users, items, stride, ratings + n, length, loss, losses, &steps);
    for (size_t s = 0; s < length; s++) {
      move_pair(users + ratings[n + s].user * stride, items + ratings[n + s].item * stride, stride,
                steps[s], user_rule, item_rule);
    }
  }
}

#define ARGUMENTS users, items, stride, ratings, quads, loss, user_rule, item_rule, &sums

CLONES void rk_sgd_block(float *users, float *items, size_t stride, size_t dimension,
                         const rk_rating *ratings, size_t count, size_t quads, rk_loss loss,
                         rk_sgd_rule user_rule, rk_sgd_rule item_rule, float *losses) {
  v4 sums = {0};
  if (quads > 0) {
    switch (stride) {
    case 16: quads_of_16(ARGUMENTS); break;
    case 32: quads_of_32(ARGUMENTS); break;
    case 48: quads_of_48(ARGUMENTS); break;
    case 64:
      if (dimension <= 56) {
        quads_of_56(ARGUMENTS);
      } else {
        quads_of_64(ARGUMENTS);
      }
      break;
    // Longer rows do not fit the registers.
    default:
      groups(users, items, stride, ratings, 4 * quads, 4, loss, user_rule, item_rule, &sums);
      break;
    }
  }
  groups(users, items, stride, ratings + 4 * quads, count - 4 * quads, 1, loss, user_rule,
         item_rule, &sums);
  for (int s = 0; s < 4; s++) losses[s] = sums[s];
}
