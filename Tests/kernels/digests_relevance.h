#ifndef RECJOB_DIGESTS_RELEVANCE_H
#define RECJOB_DIGESTS_RELEVANCE_H

#include "CKernels.h"
#include "digests_regressions.h"
#include "inputs.h"

static void add_doubles(const double *values, size_t count) {
  for (size_t n = 0; n < count; n++) {
    uint64_t bits;
    memcpy(&bits, values + n, sizeof bits);
    add_count(bits);
  }
}

#define TILE (RK_TILE_SIDE * RK_TILE_SIDE)

static double *tile(void) {
  double *values = piece(TILE * sizeof(double));
  for (size_t n = 0; n < TILE; n++) values[n] = unit();
  return values;
}

static void test_tile_multiply_add(void) {
  double *target = tile();
  rk_tile_multiply_add(target, tile(), tile(), -0.75);
  add_doubles(target, TILE);
}

static void test_tile_invert(void) {
  double *values = tile();
  // A diagonal that outweighs the rest makes any matrix invertible, and a zero none.
  for (size_t row = 0; row < RK_TILE_SIDE; row++) values[row * RK_TILE_SIDE + row] = 80;
  add_count((uint64_t)rk_tile_invert(values));
  add_doubles(values, TILE);
  double *zeros = piece(TILE * sizeof(double));
  add_count((uint64_t)rk_tile_invert(zeros));
}

static void test_tile_turn(void) {
  double *target = tile();
  rk_tile_turn(tile(), target);
  add_doubles(target, TILE);
}

static void test_sparse_dots(void) {
  rk_lists lists = member_lists(moderate);
  uint32_t *rows = row_numbers(9, REGRESSION_ROWS);
  double *sums = piece(9 * sizeof(double));
  rk_sparse_dots(floats(REGRESSION_OTHERS, awkward), lists.starts, lists.others, lists.values, rows, 9,
                 sums);
  add_doubles(sums, 9);
}

static void test_gram(void) {
  for (size_t dimension = 1; dimension < 70; dimension += 17) {
    const size_t stride = stride_of(dimension);
    float *gram = rows_of(stride, stride, stride, moderate);
    rk_gram(rows_of(150, stride, dimension, moderate), 150, stride, dimension, gram);
    for (size_t row = 0; row < dimension; row++) {
      add_floats(gram + row * stride + row, dimension - row);
    }
  }
}

static void test_solve_scratch(void) {
  for (size_t stride = 16; stride <= 128; stride += 16) add_count(rk_solve_scratch(stride));
}

#define SAMPLE_LANES 32
#define SAMPLE_GROUPS 4
#define SAMPLE_ROW (SAMPLE_GROUPS * SAMPLE_LANES)

static void test_samples_squares(void) {
  float *squares = piece(SAMPLE_LANES * sizeof(float));
  rk_samples_squares(floats(SAMPLE_ROW, moderate), squares, SAMPLE_GROUPS, SAMPLE_LANES);
  add_floats(squares, SAMPLE_LANES);
}

static void test_samples_add(void) {
  for (int has_squares = 0; has_squares < 2; has_squares++) {
    float *target = floats(SAMPLE_ROW, moderate);
    float *squares = floats(SAMPLE_LANES, weight);
    rk_samples_add(target, floats(SAMPLE_ROW, moderate), has_squares ? squares : 0, 0.3f,
                   SAMPLE_GROUPS, SAMPLE_LANES);
    add_floats(target, SAMPLE_ROW);
  }
}

static void test_sample_scores(void) {
  enum { items = 5, levels = 3 };
  for (int has_self = 0; has_self < 2; has_self++) {
    for (int has_levels = 0; has_levels < 2; has_levels++) {
      float *weights = piece(SAMPLE_LANES * sizeof(float));
      for (size_t lane = 0; lane < 20; lane++) weights[lane] = 0.05f;
      float *cuts = floats((levels - 1) * SAMPLE_LANES, moderate);
      float *ratings = floats(levels, weight);
      float *item_self = floats(items * SAMPLE_ROW, moderate);
      float *item_squares = floats(items * SAMPLE_LANES, weight);
      float *item_shares = floats(items, weight);
      rk_sample_tables tables = {
          .items = floats(items * SAMPLE_ROW, moderate),
          .item_self = has_self ? item_self : 0,
          .item_squares = has_self ? item_squares : 0,
          .item_shares = has_self ? item_shares : 0,
          .weights = weights,
          .cuts = has_levels ? cuts : 0,
          .levels = has_levels ? ratings : 0,
          .level_count = has_levels ? levels : 0,
          .groups = SAMPLE_GROUPS,
          .lanes = SAMPLE_LANES};
      float *user_self = floats(SAMPLE_ROW, moderate);
      float *user_squares = floats(SAMPLE_LANES, weight);
      float means[items + 2], variances[items + 2];
      uint32_t *numbers = row_numbers(items + 2, items);
      rk_sample_scores(&tables, floats(SAMPLE_ROW, moderate), has_self ? user_self : 0,
                       has_self ? user_squares : 0, 0.4f, numbers, items + 2, means, variances);
      add_floats(means, items + 2);
      add_floats(variances, items + 2);
    }
  }
}

#endif
