#ifndef RECJOB_DIGESTS_REGRESSIONS_H
#define RECJOB_DIGESTS_REGRESSIONS_H

#include "CKernels.h"
#include "inputs.h"

static float moderate(void) { return (float)below(2001) / 1000 - 1; }
static float weight(void) { return (float)below(1001) / 500; }

/// Rows with few members, none, and more than are summed at a time.
static const size_t regression_counts[] = {3, 0, 150, 1, 300};
#define REGRESSION_ROWS (sizeof regression_counts / sizeof *regression_counts)
#define REGRESSION_OTHERS 40

static rk_lists member_lists(float (*value)(void)) {
  size_t *starts = piece((REGRESSION_ROWS + 1) * sizeof(size_t));
  starts[0] = 0;
  for (size_t row = 0; row < REGRESSION_ROWS; row++) {
    starts[row + 1] = starts[row] + regression_counts[row];
  }
  const size_t count = starts[REGRESSION_ROWS];
  float *values = piece(count * sizeof(float));
  for (size_t n = 0; n < count; n++) values[n] = value();
  return (rk_lists){starts, row_numbers(count, REGRESSION_OTHERS), values};
}

/// The regressions of ratings with centers, and those of confidences with a base.
static void test_solve(size_t dimension, size_t stride, int confidences) {
  rk_lists lists = member_lists(confidences ? weight : moderate);
  float *features = rows_of(REGRESSION_OTHERS, stride, dimension, moderate);
  float *gram = rows_of(stride, stride, stride, moderate);
  rk_gram(features, REGRESSION_OTHERS, stride, dimension, gram);
  for (size_t row = 0; row < dimension; row++) {
    add_floats(gram + row * stride + row, dimension - row);
  }
  float *penalty = rows_of(1, stride, dimension, weight);
  for (size_t lane = 0; lane < dimension; lane++) penalty[lane] += 2;
  rk_regression task = {
      .features = features, .dimension = dimension, .confidences = confidences, .mean = 0.5f,
      .base = confidences ? gram : 0, .penalty = penalty,
      .scaled_penalty = rows_of(1, stride, dimension, weight),
      .scales = floats(REGRESSION_ROWS, weight),
      .centers = confidences ? 0 : rows_of(REGRESSION_ROWS, stride, dimension, moderate)};
  float *targets = rows_of(REGRESSION_ROWS, stride, dimension, moderate);
  float *scratch = piece(rk_solve_scratch(stride) * sizeof(float));
  double loss =
      rk_solve_rows(&lists, &task, 0, REGRESSION_ROWS, stride, targets, scratch);
  add_floats(targets, REGRESSION_ROWS * stride);
  uint64_t bits;
  memcpy(&bits, &loss, sizeof bits);
  add_count(bits);
}

static void sum_members(size_t dimension, size_t stride) {
  rk_lists lists = member_lists(moderate);
  float *targets = rows_of(REGRESSION_ROWS, stride, dimension, moderate);
  rk_sum_members(&lists, rows_of(REGRESSION_OTHERS, stride, dimension, moderate),
                 floats(REGRESSION_ROWS, moderate), 0, REGRESSION_ROWS, stride, targets);
  add_floats(targets, REGRESSION_ROWS * stride);
}

#endif
