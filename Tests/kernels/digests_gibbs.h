#ifndef RECJOB_DIGESTS_GIBBS_H
#define RECJOB_DIGESTS_GIBBS_H

#include "gibbs.h"
#include "inputs.h"

static float positive(void) { return (float)(1 + below(1000)) / 250; }

/// A machine of two blocks: one whose draws go by records of its rows, and one whose draws visit the
/// ratings. Some features have many rows, some none, and so have rows and ratings.
typedef struct {
  size_t k, rank, ratings;
  const float *targets;
  float *sums, *residuals;
  struct {
    size_t rows, features;
    uint64_t *starts;
    uint32_t *indices, *row_of_rating;
    float *values, *own, *constants;
    rk_fm_block block;
  } blocks[2];
} gibbs_machine;

/// Rows of features, and features with their rows.
static void make_features(gibbs_machine *machine, size_t number) {
  const size_t rows = machine->blocks[number].rows, features = machine->blocks[number].features;
  uint8_t *has = piece(rows * features);
  size_t count = 0;
  for (size_t n = 0; n < rows * features; n++)
    // The last feature is nobody's, the first everybody's.
    count += has[n] = n % features != features - 1 && (n % features == 0 || below(3) == 0);
  uint64_t *starts = piece((rows + 1) * sizeof(uint64_t));
  uint64_t *column_starts = piece((features + 1) * sizeof(uint64_t));
  uint32_t *indices = piece(count * sizeof(uint32_t)), *columns = piece(count * sizeof(uint32_t));
  float *values = piece(count * sizeof(float)), *column_values = piece(count * sizeof(float));
  float *all = floats(rows * features, unit);
  size_t place = 0;
  for (size_t row = 0; row < rows; row++) {
    for (size_t feature = 0; feature < features; feature++)
      if (has[row * features + feature]) {
        indices[place] = (uint32_t)feature;
        values[place++] = all[row * features + feature];
      }
    starts[row + 1] = place;
  }
  place = 0;
  for (size_t feature = 0; feature < features; feature++) {
    for (size_t row = 0; row < rows; row++)
      if (has[row * features + feature]) {
        columns[place] = (uint32_t)row;
        column_values[place++] = all[row * features + feature];
      }
    column_starts[feature + 1] = place;
  }
  machine->blocks[number].starts = starts;
  machine->blocks[number].indices = indices;
  machine->blocks[number].values = values;
  rk_fm_block *block = &machine->blocks[number].block;
  block->column_starts = column_starts;
  block->column_rows = columns;
  block->column_values = column_values;
}

/// Which ratings a row has.
static void make_ratings(gibbs_machine *machine, size_t number) {
  const size_t rows = machine->blocks[number].rows, ratings = machine->ratings;
  // The last row is rated by nobody.
  uint32_t *row_of_rating = row_numbers(ratings, rows - 1);
  uint64_t *starts = piece((rows + 1) * sizeof(uint64_t));
  uint32_t *list = piece(ratings * sizeof(uint32_t));
  size_t place = 0;
  for (size_t row = 0; row < rows; row++) {
    for (size_t rating = 0; rating < ratings; rating++)
      if (row_of_rating[rating] == row) list[place++] = (uint32_t)rating;
    starts[row + 1] = place;
  }
  machine->blocks[number].row_of_rating = row_of_rating;
  machine->blocks[number].block.rating_starts = starts;
  machine->blocks[number].block.ratings = list;
}

/// Puts the ratings of a feature in the place of its rows.
static void visit_ratings(gibbs_machine *machine, size_t number) {
  rk_fm_block *block = &machine->blocks[number].block;
  const size_t features = machine->blocks[number].features;
  const uint64_t *row_starts = block->column_starts;
  uint64_t *starts = piece((features + 1) * sizeof(uint64_t));
  uint32_t *columns = piece(features * machine->ratings * sizeof(uint32_t));
  float *values = piece(features * machine->ratings * sizeof(float));
  size_t place = 0;
  for (size_t feature = 0; feature < features; feature++) {
    for (size_t rating = 0; rating < machine->ratings; rating++)
      for (uint64_t n = row_starts[feature]; n < row_starts[feature + 1]; n++)
        if (block->column_rows[n] == machine->blocks[number].row_of_rating[rating]) {
          columns[place] = (uint32_t)rating;
          values[place++] = block->column_values[n];
        }
    starts[feature + 1] = place;
  }
  block->column_starts = starts;
  block->column_rows = columns;
  block->column_values = values;
}

static gibbs_machine make_machine(size_t k, size_t rank) {
  gibbs_machine machine = {.k = k, .rank = rank, .ratings = 83};
  const size_t stride = RK_FM_STRIDE(k);
  machine.targets = floats(machine.ratings, unit);
  machine.sums = piece(machine.ratings * k * sizeof(float));
  machine.residuals = piece(machine.ratings * sizeof(float));
  for (size_t number = 0; number < 2; number++) {
    machine.blocks[number].rows = number ? 19 : 41;
    machine.blocks[number].features = number ? 7 : 13;
    make_features(&machine, number);
    make_ratings(&machine, number);
    if (number) visit_ratings(&machine, number);
    const size_t rows = machine.blocks[number].rows, features = machine.blocks[number].features;
    machine.blocks[number].own = piece(rows * k * sizeof(float));
    machine.blocks[number].constants = piece(rows * sizeof(float));
    rk_fm_block *block = &machine.blocks[number].block;
    block->k = k;
    block->weights = rows_of(features, stride, rank, small);
    float *normals = rows_of(features, stride, rank, unit);
    for (size_t feature = 0; feature < features; feature++) {
      block->weights[feature * stride + k] = small();
      normals[feature * stride + k] = unit();
    }
    block->normals = normals;
    block->records = number ? 0 : piece(rows * RK_FM_RECORD(k) * sizeof(float));
    block->sums = machine.sums;
    block->residuals = machine.residuals;
  }
  return machine;
}

static void row_sums_of(gibbs_machine *m, size_t b) {
  rk_fm_row_sums(m->blocks[b].block.weights, m->k, m->blocks[b].starts, m->blocks[b].indices,
                 m->blocks[b].values, 0, m->blocks[b].rows, m->blocks[b].own,
                 m->blocks[b].constants);
}

/// A machine whose ratings have their sums and residuals, and whose first block has its records.
static gibbs_machine begun_machine(size_t k, size_t rank) {
  gibbs_machine machine = make_machine(k, rank);
  rk_fm_rows rows[2];
  for (size_t b = 0; b < 2; b++) {
    row_sums_of(&machine, b);
    rows[b] = (rk_fm_rows){machine.blocks[b].own, machine.blocks[b].constants,
                           machine.blocks[b].row_of_rating};
  }
  rk_fm_outputs(rows, 2, k, machine.targets, 0.25f, 0, machine.ratings, machine.sums,
                machine.residuals);
  rk_fm_moments(&machine.blocks[0].block, 0, machine.blocks[0].rows);
  return machine;
}

static rk_fm_prior prior_of(size_t k, size_t rank) {
  const size_t stride = RK_FM_STRIDE(k);
  float *means = rows_of(1, stride, rank, small), *precisions = floats(stride, positive);
  means[k] = small();
  for (size_t lane = rank; lane < stride; lane++)
    if (lane != k) precisions[lane] = 1;
  return (rk_fm_prior){.means = means, .precisions = precisions, .noise = 1.7f, .factors = rank, .linear = 1};
}

static void add_machine(const gibbs_machine *m) {
  for (size_t b = 0; b < 2; b++)
    add_floats(m->blocks[b].block.weights, m->blocks[b].features * RK_FM_STRIDE(m->k));
  add_floats(m->sums, m->ratings * m->k);
  add_floats(m->residuals, m->ratings);
}

// The widths that have a kernel of their own, and two that share one.
static const size_t gibbs_widths[][2] = {{8, 5}, {8, 8}, {16, 11}, {16, 16}, {32, 27}, {48, 48}};
#define EACH_WIDTH(k, rank)                                                                        \
  for (size_t at = 0, k, rank; at < sizeof gibbs_widths / sizeof *gibbs_widths &&                  \
                               (k = gibbs_widths[at][0], rank = gibbs_widths[at][1], 1);           \
       at++)

static void test_fm_row_sums(void) {
  EACH_WIDTH(k, rank) {
    gibbs_machine machine = make_machine(k, rank);
    for (size_t b = 0; b < 2; b++) {
      row_sums_of(&machine, b);
      add_floats(machine.blocks[b].own, machine.blocks[b].rows * k);
      add_floats(machine.blocks[b].constants, machine.blocks[b].rows);
    }
  }
}

static void test_fm_outputs(void) {
  EACH_WIDTH(k, rank) {
    gibbs_machine machine = begun_machine(k, rank);
    add_machine(&machine);
  }
}

static void test_fm_moments(void) {
  EACH_WIDTH(k, rank) {
    gibbs_machine machine = begun_machine(k, rank);
    add_floats(machine.blocks[0].block.records, machine.blocks[0].rows * RK_FM_RECORD(k));
  }
}

static void test_fm_gather(void) {
  EACH_WIDTH(k, rank) {
    gibbs_machine machine = begun_machine(k, rank);
    float *squares = piece((k + 1) * (k + 1) * sizeof(float)), *products = piece((k + 1) * sizeof(float));
    for (size_t b = 0; b < 2; b++)
      for (uint32_t feature = 0; feature < machine.blocks[b].features; feature++) {
        rk_fm_gather(&machine.blocks[b].block, feature, squares, products);
        add_floats(squares, (k + 1) * (k + 1));
        add_floats(products, k + 1);
      }
  }
}

/// Every feature `times` times, in batches of 1, 2, 3, ... of them. That those of a batch share rows
/// makes no sense of the draws, but the same results.
static const rk_fm_list *every_feature(size_t features, size_t times) {
  const size_t count = features * times;
  uint32_t *order = piece(count * sizeof(uint32_t)), *ends = piece(count * sizeof(uint32_t));
  rk_fm_list *list = piece(sizeof *list);
  *list = (rk_fm_list){.features = order, .ends = ends};
  for (size_t n = 0; n < count; n++) order[n] = (uint32_t)(n % features);
  for (size_t end = 1, size = 2; ; end += size++) {
    ends[list->batches++] = (uint32_t)(end < count ? end : count);
    if (end >= count) return list;
  }
}

// With all factors or, where it is not zero, with `few` in the block of ratings and half in the other.
static void sweep_machine(size_t k, size_t rank, size_t few) {
  gibbs_machine machine = begun_machine(k, rank);
  for (size_t b = 0; b < 2; b++) {
    const size_t features = machine.blocks[b].features, stride = RK_FM_STRIDE(k);
    const rk_fm_prior prior = prior_of(k, !few ? rank : b ? few : rank / 2);
    float *normals = (float *)machine.blocks[b].block.normals;
    for (size_t feature = 0; feature < features; feature++)
      for (size_t lane = feature * stride + prior.factors; lane < feature * stride + k; lane++)
        machine.blocks[b].block.weights[lane] = normals[lane] = 0;
    rk_fm_sweep(&machine.blocks[b].block, &prior, every_feature(features, few ? 16 / few : 1));
  }
  add_machine(&machine);
  add_floats(machine.blocks[0].block.records, machine.blocks[0].rows * RK_FM_RECORD(k));
}

static void test_fm_sweep(void) {
  EACH_WIDTH(k, rank) {
    sweep_machine(k, rank, 0);
    for (size_t few = 2; few <= 4; few++) sweep_machine(k, rank, few);
  }
}

static void test_fm_push(void) {
  EACH_WIDTH(k, rank) {
    gibbs_machine machine = begun_machine(k, rank);
    rk_fm_prior prior = prior_of(k, rank);
    const size_t features = machine.blocks[0].features;
    rk_fm_sweep(&machine.blocks[0].block, &prior, every_feature(features, 1));
    rk_fm_push(&machine.blocks[0].block, 0, machine.blocks[0].rows);
    add_machine(&machine);
  }
}

/// Nobody helps, so that the leader does both halves.
static void test_fm_lead(void) {
  EACH_WIDTH(k, rank) {
    gibbs_machine machine = begun_machine(k, rank);
    rk_fm_prior prior = prior_of(k, rank);
    for (size_t b = 0; b < 2; b++) {
      const size_t features = machine.blocks[b].features;
      rk_fm_crew *crew = piece(sizeof *crew);
      crew->block = &machine.blocks[b].block;
      const rk_fm_block *block = crew->block;
      const uint32_t border = (uint32_t)(b ? machine.ratings : machine.blocks[b].rows) / 2;
      const rk_fm_list *list = every_feature(features, 2);
      uint64_t *middles = piece(2 * features * sizeof *middles);
      for (size_t n = 0; n < 2 * features; n++) {
        middles[n] = block->column_starts[list->features[n]];
        while (middles[n] < block->column_starts[list->features[n] + 1] &&
               block->column_rows[middles[n]] < border)
          middles[n]++;
      }
      crew->middles = middles;
      rk_fm_lead(crew, &prior, list);
    }
    add_machine(&machine);
  }
}

static void test_fm_help(void) {
  // There is no result; it must come back from a leader who is done.
  gibbs_machine machine = begun_machine(8, 8);
  rk_fm_crew *crew = piece(sizeof *crew);
  crew->block = &machine.blocks[0].block;
  crew->is_over = 1;
  rk_fm_help(crew);
}

/// Rows for some samples of the first block's weights, in lanes 16 to 31 of 32 and fewer.
typedef struct {
  gibbs_machine machine;
  rk_fm_samples samples;
  size_t rows;
} gibbs_samples;

static gibbs_samples make_samples(size_t k, size_t rank, size_t count) {
  gibbs_samples made = {.machine = make_machine(k, rank), .rows = 41};
  const float **weights = piece(16 * sizeof *weights);
  for (size_t n = 0; n < count; n++) {
    float *rows = rows_of(made.machine.blocks[0].features, RK_FM_STRIDE(k), rank, unit);
    for (size_t row = 0; row < made.machine.blocks[0].features; row++)
      rows[row * RK_FM_STRIDE(k) + k] = unit();
    weights[n] = rows;
  }
  const size_t stride = (rank + 1) * 32;
  float *target = piece(made.rows * stride * sizeof *target);
  made.samples = (rk_fm_samples){.k = k, .factors = rank, .count = count, .weights = weights,
                                 .target = target + 16, .lanes = 32, .target_stride = stride};
  return made;
}

static void add_samples(const gibbs_samples *made) {
  add_floats(made->samples.target - 16, made->rows * made->samples.target_stride);
}

static void test_fm_keep_weights(void) {
  EACH_WIDTH(k, rank)
    for (size_t count = 1; count <= 16; count += 5) {
      const gibbs_samples made = make_samples(k, rank, count);
      rk_fm_keep_weights(&made.samples, 3, 1, 9);
      add_samples(&made);
    }
}

static void test_fm_keep_sums(void) {
  EACH_WIDTH(k, rank)
    for (size_t count = 1; count <= 16; count += 5) {
      const gibbs_samples made = make_samples(k, rank, count);
      rk_fm_keep_sums(&made.samples, made.machine.blocks[0].starts, made.machine.blocks[0].indices,
                      made.machine.blocks[0].values, 2, made.rows);
      add_samples(&made);
    }
}

static void test_fm_normals(void) {
  EACH_WIDTH(k, rank) {
    const size_t features = 23, first = below(5), stride = RK_FM_STRIDE(k);
    float *normals = piece(features * stride * sizeof(float));
    // The positions carry into the upper word of the counter.
    rk_fm_normals((uint32_t)next_word(), 5, 7, 0xFFFFFFF0u, (uint32_t)next_word(), first, features,
                  k, rank, normals);
    add_floats(normals, features * stride);
  }
}

static void test_fm_residual_sums(void) {
  for (size_t count = 0; count < 70; count += 3) {
    float sums[2];
    rk_fm_residual_sums(floats(count, unit), count, sums, sums + 1);
    add_floats(sums, 2);
  }
}

static void test_fm_group_sums(void) {
  EACH_WIDTH(k, rank) {
    const size_t stride = RK_FM_STRIDE(k), rows = 17, first = below(6);
    float *sums = piece(stride * sizeof(float)), *squares = piece(stride * sizeof(float));
    rk_fm_group_sums(rows_of(rows, stride, rank, unit), stride, first, rows - below(5),
                     rows_of(1, stride, rank, unit), sums, squares);
    add_floats(sums, stride);
    add_floats(squares, stride);
  }
}

#endif
