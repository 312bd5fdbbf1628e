#ifndef RECJOB_TESTS_DIGESTS_TOP_K_H
#define RECJOB_TESTS_DIGESTS_TOP_K_H

#include "CKernels.h"
#include "inputs.h"

// Lists of the best rows.

enum { ROW_BOUND = 1000 };

/// Quarters from -1 to 1: sums of their products are often equal, so that the lower row counts.
static float coarse(void) { return (float)((int)below(9) - 4) / 4; }

/// Panels with awkward numbers, or with coarse ones, each half as great as the one before, so that
/// lists can end early; the last one is not full.
static rk_panels panels_of(size_t count, size_t dimension, float (*number)(void)) {
  uint32_t *rows = piece(count * RK_PANEL_ROWS * sizeof(uint32_t));
  size_t missing = count ? below(RK_PANEL_ROWS) : 0;
  // A step that has no divisor in common with the bound: each row is there once, in no order.
  for (size_t n = 0; n < count * RK_PANEL_ROWS; n++)
    rows[n] = n < count * RK_PANEL_ROWS - missing ? (uint32_t)(n * 387 % ROW_BOUND) : RK_NO_ROW;
  float *values = floats(count * dimension * RK_PANEL_ROWS, number), scale = 1;
  for (size_t n = 0; n < count * dimension * RK_PANEL_ROWS; n++) {
    if (n > 0 && n % (dimension * RK_PANEL_ROWS) == 0) scale /= 2;
    values[n] *= scale;
  }
  rk_panels panels = {values, rows, count, dimension};
  return panels;
}

static rk_list *lists_of(size_t count, size_t k) {
  rk_list *lists = piece(count * sizeof(rk_list));
  for (size_t n = 0; n < count; n++) {
    // Nothing, some rows, or about half of them.
    size_t bound = below(3) * ROW_BOUND / 2;
    lists[n].excluded = some_rows(0, bound, &lists[n].excluded_count);
    lists[n].kept = piece(k * sizeof(rk_scored));
  }
  return lists;
}

static void add_lists(const rk_list *lists, size_t count) {
  for (size_t n = 0; n < count; n++) {
    add_count(lists[n].count);
    for (size_t rank = 0; rank < lists[n].count; rank++) {
      add_floats(&lists[n].kept[rank].key, 1);
      add_word(lists[n].kept[rank].row);
    }
  }
}

static const size_t list_lengths[] = {0, 1, 2, 10, 40, 200};

static float magnitude(float value) { return value < 0 ? -value : value; }

/// What no key of a panel or of those after it is above, for the user with the greatest values.
static float *bounds_of(const rk_panels *panels, const float *users) {
  float *bounds = piece(panels->count * sizeof(float)), greatest = 0, bound = 0;
  for (size_t n = 0; n < panels->dimension * RK_USERS_AT_ONCE; n++)
    if (magnitude(users[n]) > greatest) greatest = magnitude(users[n]);
  for (size_t panel = panels->count; panel-- > 0;) {
    for (size_t row = 0; row < RK_PANEL_ROWS; row++) {
      float sum = 0;
      for (size_t d = 0; d < panels->dimension; d++)
        sum += magnitude(panels->values[(panel * panels->dimension + d) * RK_PANEL_ROWS + row]);
      if (sum * greatest > bound) bound = sum * greatest;
    }
    // Somewhat more, for the rounding.
    bounds[panel] = 1.001f * bound;
  }
  return bounds;
}

/// The same panels, users and lists for both kernels: a few users, or several groups of them.
static void test_lists(size_t dimension, int is_network) {
  for (size_t at = 0; at < sizeof list_lengths / sizeof *list_lengths; at++) {
    size_t k = list_lengths[at], count = below(3) ? RK_USERS_AT_ONCE : below(3 * RK_USERS_AT_ONCE);
    size_t groups = (count + RK_USERS_AT_ONCE - 1) / RK_USERS_AT_ONCE;
    float (*number)(void) = below(2) ? coarse : awkward;
    rk_panels panels = panels_of(at == 3 ? 20 : below(4), dimension, number);
    float *values = floats(groups * dimension * RK_USERS_AT_ONCE, number);
    rk_list *lists = lists_of(count, k);
    const float **bounds = piece(groups * sizeof *bounds);
    for (size_t group = 0; group < groups; group++)
      bounds[group] = bounds_of(&panels, values + group * dimension * RK_USERS_AT_ONCE);
    rk_users users = {values, count, bounds, piece(count * sizeof(float))};
    if (is_network) {
      rk_output output = {floats(dimension, number), coarse()};
      rk_top_k_network(&panels, &users, &output, lists, k);
    } else {
      rk_top_k_dots(&panels, &users, lists, k);
    }
    add_lists(lists, count);
  }
}

static void test_top_k_keys(void) {
  for (size_t at = 0; at < sizeof list_lengths / sizeof *list_lengths; at++)
    for (size_t count = 0; count < 200; count += 1 + below(30)) {
      uint32_t *rows = piece(count * sizeof(uint32_t));
      for (size_t n = 0; n < count; n++) rows[n] = (uint32_t)(n * 387 % ROW_BOUND);
      rk_list *list = lists_of(1, list_lengths[at]);
      rk_top_k_keys(floats(count, below(2) ? coarse : awkward), rows, count, list,
                    list_lengths[at]);
      add_lists(list, 1);
    }
}

#endif
