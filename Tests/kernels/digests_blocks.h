#ifndef RECJOB_TESTS_DIGESTS_BLOCKS_H
#define RECJOB_TESTS_DIGESTS_BLOCKS_H

#include "CKernels.h"
#include "inputs.h"

// Descent over blocks of ratings.

enum { USERS = 24, ITEMS = 5 };

typedef struct {
  size_t stride, dimension, count, quads;
  rk_loss loss;
  rk_rating *ratings;
  float *users, *items;
} block;

static float small(void) { return 0.3f * unit(); }
static float wide(void) { return 12 * unit(); }

/// Ratings in eight streams that share no user, and some more; the items are few, so that those of a
/// quad and of the next are often the same.
static block block_of(size_t dimension, size_t quads, size_t rest, rk_loss_kind kind,
                      float (*number)(void)) {
  block b = {stride_of(dimension), dimension, 4 * quads + rest, quads, {kind, 2.75f, 0.5f, 4.5f},
             0, 0, 0};
  b.ratings = piece(b.count * sizeof(rk_rating));
  for (size_t n = 0; n < b.count; n++) {
    size_t user = n < 4 * quads ? n % 8 * (USERS / 8) + n / 8 * (USERS / 8) / quads : below(USERS);
    b.ratings[n] = (rk_rating){(uint32_t)user, (uint32_t)below(ITEMS), 0.5f * (1 + below(10))};
  }
  b.users = rows_of(USERS, b.stride, dimension, number);
  b.items = rows_of(ITEMS, b.stride, dimension, number);
  return b;
}

/// Every loss on blocks of awkward sizes: with products near zero, and, where the slopes have a
/// bound, with products at which the logistic function has come to its ends.
static void each_block(void (*test)(block), const size_t *dimensions, size_t count) {
  const size_t quads[] = {0, 1, 2, 17};
  float (*const numbers[])(void) = {small, wide};
  for (size_t at = 0; at < count; at++)
    for (size_t rest = 0; rest < 4; rest++)
      for (int kind = RK_SQUARED_ERROR; kind <= RK_CROSS_ENTROPY; kind++)
        for (int wider = 0; wider <= (kind != RK_SQUARED_ERROR); wider++) {
          size_t mark = arena_used;
          test(block_of(dimensions[at], quads[(at + rest) % 4], rest, (rk_loss_kind)kind,
                        numbers[wider]));
          arena_used = mark;
        }
}

static void add_block(block b, const float *losses) {
  add_floats(losses, 4);
  add_floats(b.users, USERS * b.stride);
  add_floats(b.items, ITEMS * b.stride);
}

/// A value for all lanes of the vectors before the last, and one for each lane of the last.
static float *steady(block b, float (*number)(void)) {
  float *row = floats(b.stride, number);
  for (size_t lane = 0; lane + 16 < b.stride; lane++) row[lane] = row[0];
  return row;
}

static float keep(void) { return 1 - 0.001f * (unit() + 1); }
static float rate(void) { return 0.01f * (unit() + 1); }

static void sgd_block(block b) {
  float losses[4];
  rk_sgd_rule user_rule = {steady(b, keep), steady(b, rate)};
  rk_sgd_rule item_rule = {steady(b, keep), steady(b, rate)};
  rk_sgd_block(b.users, b.items, b.stride, b.dimension, b.ratings, b.count, b.quads, b.loss,
               user_rule, item_rule, losses);
  add_block(b, losses);
}

static float decay(void) { return 0.01f * (unit() + 1); }
static float moves(void) { return below(8) ? 1.0f : 0.0f; }
static float small_square(void) { return 0.01f * (unit() + 1); }

static void adaptive_block(block b) {
  for (int with_momentum = 0; with_momentum < 2; with_momentum++) {
    float losses[4];
    rk_adaptive_table users = {b.users, rows_of(USERS, b.stride, b.dimension, small_square), 0};
    rk_adaptive_table items = {b.items, rows_of(ITEMS, b.stride, b.dimension, small_square), 0};
    if (with_momentum) {
      users.momentum = rows_of(USERS, b.stride, b.dimension, small);
      items.momentum = rows_of(ITEMS, b.stride, b.dimension, small);
    }
    rk_adaptive_rule user_rule = {rows_of(1, b.stride, b.dimension, decay),
                                  rows_of(1, b.stride, b.dimension, moves)};
    rk_adaptive_rule item_rule = {rows_of(1, b.stride, b.dimension, decay),
                                  rows_of(1, b.stride, b.dimension, moves)};
    rk_adam_parameters adam = {0.01f, 0.9f, 0.1f, 0.999f, 0.001f, 1e-7f, 1};
    rk_adaptive_block(users, items, b.stride, b.dimension, b.ratings, b.count, b.quads, b.loss,
                      user_rule, item_rule, adam, losses);
    add_block(b, losses);
    add_floats(users.squares, USERS * b.stride);
    add_floats(items.squares, ITEMS * b.stride);
    if (with_momentum) {
      add_floats(users.momentum, USERS * b.stride);
      add_floats(items.momentum, ITEMS * b.stride);
    }
  }
}

#endif
