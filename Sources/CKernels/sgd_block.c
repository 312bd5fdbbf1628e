#include "block.h"

// How many quads of ratings ahead rows are fetched into the cache.
#define AHEAD 6

// A rule, read once: between the steps, which write floats, it would be read again for each.
typedef struct {
  float keep, rate;
  v16 last_keep, last_rate;
} moves;

INLINE void read_rule(rk_sgd_rule rule, size_t last, moves *moves) {
  moves->keep = *rule.keep;
  moves->rate = *rule.rate;
  moves->last_keep = *(const v16 *)(rule.keep + last);
  moves->last_rate = *(const v16 *)(rule.rate + last);
}

// The steps of a quad, each from the rows as the steps before it left them.
INLINE void move_quad(float *users, float *items, size_t stride, int half, const rk_rating *ratings,
                      size_t count, const v4 *steps, const moves *users_move,
                      const moves *items_move) {
  const size_t last = stride - 16;
  v4 user_steps = *steps * users_move->rate, item_steps = *steps * items_move->rate, all = *steps;
  // In memory, a lane is spread over a vector as it is loaded; from a register that would take two of
  // the instructions that this loop has too many of.
  __asm__("" : "+m"(user_steps), "+m"(item_steps), "+m"(all));
  for (size_t s = 0; s < count; s++) {
    float *user = users + ratings[s].user * stride, *item = items + ratings[s].item * stride;
    const float user_step = user_steps[s], item_step = item_steps[s], step = all[s];
    for (size_t lane = 0; lane < last; lane += 16) {
      const v16 p = *(v16 *)(user + lane), q = *(v16 *)(item + lane);
      *(v16 *)(user + lane) = p * users_move->keep + q * user_step;
      *(v16 *)(item + lane) = q * items_move->keep + p * item_step;
    }
#define MOVE_LAST(vector)                                                                          \
  const vector p = *(vector *)(user + last), q = *(vector *)(item + last);                         \
  *(vector *)(user + last) = p * *(const vector *)&users_move->last_keep +                         \
                             q * (step * *(const vector *)&users_move->last_rate);                 \
  *(vector *)(item + last) = q * *(const vector *)&items_move->last_keep +                         \
                             p * (step * *(const vector *)&items_move->last_rate);
    if (half) {
      MOVE_LAST(v8)
    } else {
      MOVE_LAST(v16)
    }
#undef MOVE_LAST
  }
}

// A processor would wait from a quad's dot products to its steps; meanwhile it does the steps of the
// quad before.
INLINE void learn_quads(float *users, float *items, size_t stride, int half,
                        const rk_rating *ratings, size_t quads, rk_loss loss, rk_sgd_rule user_rule,
                        rk_sgd_rule item_rule, v4 *losses) {
  moves users_move, items_move;
  read_rule(user_rule, stride - 16, &users_move);
  read_rule(item_rule, stride - 16, &items_move);
  v4 steps, next;
  quad_steps(users, items, stride, half, ratings, 4, loss, losses, &steps);
  for (size_t left = quads - 1; left > 0; left--) {
    const rk_rating *ahead = ratings + 4 * (AHEAD < left ? AHEAD : left);
    for (size_t s = 0; s < 4; s++) {
      const float *user = users + ahead[s].user * stride, *item = items + ahead[s].item * stride;
      for (size_t lane = 0; lane < stride; lane += 16) {
        __builtin_prefetch(user + lane, 1);
        __builtin_prefetch(item + lane, 1);
      }
    }
    quad_steps(users, items, stride, half, ratings + 4, 4, loss, losses, &next);
    move_quad(users, items, stride, half, ratings, 4, &steps, &users_move, &items_move);
    steps = next;
    ratings += 4;
  }
  move_quad(users, items, stride, half, ratings, 4, &steps, &users_move, &items_move);
}

CLONES void rk_sgd_block(float *users, float *items, size_t stride, size_t dimension,
                         const rk_rating *ratings, size_t count, size_t quads, rk_loss loss,
                         rk_sgd_rule user_rule, rk_sgd_rule item_rule, float *losses) {
  v4 sums = {0};
  if (quads > 0) {
#define QUADS(stride, half)                                                                        \
  learn_quads(users, items, stride, half, ratings, quads, loss, user_rule, item_rule, &sums)
    switch (stride) {
    case 16: QUADS(16, 0); break;
    case 32: QUADS(32, 0); break;
    case 48: QUADS(48, 0); break;
    case 64:
      if (dimension <= 56) {
        QUADS(64, 1);
      } else {
        QUADS(64, 0);
      }
      break;
    default: QUADS(stride, 0); break;
    }
#undef QUADS
  }
  moves users_move, items_move;
  read_rule(user_rule, stride - 16, &users_move);
  read_rule(item_rule, stride - 16, &items_move);
  for (size_t n = 4 * quads; n < count; n++) {
    v4 steps;
    quad_steps(users, items, stride, 0, ratings + n, 1, loss, &sums, &steps);
    move_quad(users, items, stride, 0, ratings + n, 1, &steps, &users_move, &items_move);
  }
  for (int s = 0; s < 4; s++) losses[s] = sums[s];
}
