#include "adam_row.h"
#include "block.h"

// Keras' AdaGrad: what the squares of the gradients start from, and what keeps the root from zero.
#define ADAGRAD_START 0.1f
#define ADAGRAD_EPSILON 1e-7f

// The gradient of a row: the slope of the loss times the other row, and the penalty of the rating.
INLINE void row_gradient(const float *row, const float *other, float step, rk_adaptive_rule rule,
                         size_t stride, float *gradient) {
  for (size_t lane = 0; lane < stride; lane += 16) {
    *(v16 *)(gradient + lane) = *(const v16 *)(row + lane) * *(const v16 *)(rule.decay + lane) -
                                *(const v16 *)(other + lane) * *(const v16 *)(rule.moves + lane) *
                                    step;
  }
}

INLINE void adagrad_row(float *row, float *squares, const float *gradient, float rate,
                        size_t stride) {
  for (size_t lane = 0; lane < stride; lane += 16) {
    v16 g = *(const v16 *)(gradient + lane);
    v16 sum = *(v16 *)(squares + lane) + g * g;
    *(v16 *)(squares + lane) = sum;
    v16 root = __builtin_elementwise_sqrt(sum + (ADAGRAD_START + ADAGRAD_EPSILON));
    *(v16 *)(row + lane) -= rate * g / root;
  }
}

INLINE void move(const rk_adaptive_table *table, size_t row, size_t stride, size_t dimension,
                 const float *gradient, rk_adam_parameters adam) {
  static const float none[RK_LONGEST_ROW] __attribute__((aligned(64)));
  size_t at = row * stride;
  if (table->momentum) {
    penalties sums = {{0}, {0}};
    // A row may rest for long between two of its steps, so each of them cleans.
    move_row(table->weights + at, table->momentum + at, table->squares + at, dimension, gradient,
             none, adam, 1, &sums);
  } else {
    adagrad_row(table->weights + at, table->squares + at, gradient, adam.rate, stride);
  }
}

CLONES void rk_adaptive_block(rk_adaptive_table users, rk_adaptive_table items, size_t stride,
                              size_t dimension, const rk_rating *ratings, size_t count,
                              size_t quads, rk_loss loss, rk_adaptive_rule user_rule,
                              rk_adaptive_rule item_rule, rk_adam_parameters adam, float *losses) {
  float user_gradient[RK_LONGEST_ROW] __attribute__((aligned(64)));
  float item_gradient[RK_LONGEST_ROW] __attribute__((aligned(64)));
  v4 sums = {0};
  for (size_t n = 0; n < count;) {
    size_t length = n < 4 * quads ? 4 : 1;
    v4 steps;
    quad_steps(users.weights, items.weights, stride, 0, ratings + n, length, loss, &sums, &steps);
    for (size_t s = 0; s < length; s++) {
      rk_rating rating = ratings[n + s];
      const float *user = users.weights + rating.user * stride;
      const float *item = items.weights + rating.item * stride;
      row_gradient(user, item, steps[s], user_rule, stride, user_gradient);
      row_gradient(item, user, steps[s], item_rule, stride, item_gradient);
      move(&users, rating.user, stride, dimension, user_gradient, adam);
      move(&items, rating.item, stride, dimension, item_gradient, adam);
    }
    n += length;
  }
  for (int s = 0; s < 4; s++) losses[s] = sums[s];
}
