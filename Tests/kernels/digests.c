#include "CKernels.h"
#include "digests_blocks.h"
#include "digests_gibbs.h"
#include "digests_regressions.h"
#include "digests_relevance.h"
#include "digests_text.h"
#include "digests_top_k.h"
#include "inputs.h"

// Runs every function of CKernels on inputs that are the same everywhere, and prints a digest of
// all bits of what comes out: `name digest` a line. Which clone ran goes to standard error.
//
// A new function is a test below and a line in `tests`.

// Around the half vectors and the whole ones, the four vectors of a usual row, and beyond them.
static const size_t dimensions[] = {1,  7,  8,  9,  15, 16, 17, 24, 25, 32, 33, 40,
                                    41, 48, 49, 50, 52, 56, 57, 63, 64, 65, 72, 113, 130};
#define EACH_DIMENSION(dimension, stride)                                                          \
  for (size_t at = 0, dimension, stride;                                                           \
       at < sizeof dimensions / sizeof *dimensions &&                                              \
       (dimension = dimensions[at], stride = stride_of(dimension), 1);                             \
       at++)

static void test_dot(void) {
  EACH_DIMENSION(dimension, stride) {
    float dot = rk_dot(rows_of(1, stride, dimension, awkward),
                       rows_of(1, stride, dimension, awkward), stride);
    add_floats(&dot, 1);
  }
}

static void test_dots(void) {
  EACH_DIMENSION(dimension, stride) {
    size_t count = 37;
    float *dots = piece(count * sizeof(float));
    rk_dots(rows_of(11, stride, dimension, awkward), row_numbers(count, 11),
            rows_of(13, stride, dimension, awkward), row_numbers(count, 13), count, stride, dots);
    add_floats(dots, count);
  }
}

static void test_add_scaled_rows(void) {
  EACH_DIMENSION(dimension, stride) {
    size_t count = 23;
    float *targets = rows_of(5, stride, dimension, awkward);
    rk_add_scaled_rows(targets, row_numbers(count, 5), rows_of(7, stride, dimension, awkward),
                       row_numbers(count, 7), floats(count, awkward), count, stride);
    add_floats(targets, 5 * stride);
  }
}

static void test_add_scaled(void) {
  EACH_DIMENSION(dimension, stride) {
    float *target = rows_of(1, stride, dimension, awkward);
    rk_add_scaled(target, rows_of(1, stride, dimension, awkward), awkward(), stride);
    add_floats(target, stride);
  }
}

static void test_add_weighted(void) {
  EACH_DIMENSION(dimension, stride) {
    float *target = rows_of(1, stride, dimension, awkward);
    rk_add_weighted(target, rows_of(1, stride, dimension, awkward),
                    rows_of(1, stride, dimension, awkward), stride);
    add_floats(target, stride);
  }
}

// Adam

static float penalty_factor(void) { return 1e-3f * (unit() + 1); }

static float square(void) {
  float value = awkward();
  return value * value;
}

static rk_adam_parameters adam_parameters(int step) {
  rk_adam_parameters parameters = {0.02f, 0.9f, 0.1f, 0.999f, 0.001f, 1e-7f, step % 2};
  return parameters;
}

static void test_adam_rows(void) {
  EACH_DIMENSION(dimension, stride) {
    size_t rows = 9;
    float *weights = rows_of(rows, stride, dimension, awkward);
    float *momentum = rows_of(rows, stride, dimension, awkward);
    float *velocity = rows_of(rows, stride, dimension, square);
    const float *doubled = rows_of(1, stride, dimension, penalty_factor);
    for (int step = 0; step < 4; step++) {
      size_t first = below(3), end = rows - below(3), count = 0;
      // The third step moves no row by a gradient of its own.
      const uint32_t *touched = step == 2 ? 0 : some_rows(first, end, &count);
      float penalty = rk_adam_rows(weights, momentum, velocity, first, end, stride, dimension,
                                   touched, rows_of(count, stride, dimension, awkward), count,
                                   doubled, adam_parameters(step));
      add_floats(&penalty, 1);
    }
    add_floats(weights, rows * stride);
    add_floats(momentum, rows * stride);
    add_floats(velocity, rows * stride);
  }
}

static void test_penalty(void) {
  EACH_DIMENSION(dimension, stride) {
    float penalty = rk_penalty(rows_of(7, stride, dimension, awkward), 7, stride, dimension,
                               rows_of(1, stride, dimension, penalty_factor));
    add_floats(&penalty, 1);
  }
}

static void test_adam_touched(void) {
  EACH_DIMENSION(dimension, stride) {
    size_t rows = 9;
    float *weights = rows_of(rows, stride, dimension, awkward);
    float *momentum = rows_of(rows, stride, dimension, awkward);
    float *velocity = rows_of(rows, stride, dimension, square);
    for (int step = 0; step < 4; step++) {
      size_t count;
      const uint32_t *touched = some_rows(0, rows, &count);
      rk_adam_touched(weights, momentum, velocity, stride, dimension, touched,
                      rows_of(count, stride, dimension, awkward), count,
                      rows_of(1, stride, dimension, penalty_factor), adam_parameters(step));
    }
    add_floats(weights, rows * stride);
    add_floats(momentum, rows * stride);
    add_floats(velocity, rows * stride);
  }
}

// Networks. Rows are taken four at a time, so that their number is awkward as well.

static void test_dense_forward(void) {
  EACH_DIMENSION(outputs, stride) {
    size_t inputs = 1 + below(40), input_stride = stride_of(inputs), rows = below(11);
    float *results = piece(rows * stride * sizeof(float));
    rk_dense_forward(rows_of(rows, input_stride, inputs, awkward), input_stride, inputs,
                     rows_of(inputs, stride, outputs, awkward),
                     rows_of(1, stride, outputs, awkward), results, stride, rows);
    add_floats(results, rows * stride);
  }
}

static void test_dense_backward(void) {
  EACH_DIMENSION(inputs, stride) {
    size_t slopes = 1 + below(40), slope_stride = stride_of(slopes), rows = below(11);
    float *gates = rows_of(rows, stride, inputs, awkward);
    rk_dense_backward(rows_of(rows, slope_stride, slopes, awkward), slope_stride, slopes,
                      rows_of(slopes, stride, inputs, awkward), gates, stride, rows);
    add_floats(gates, rows * stride);
  }
}

static void test_dense_gradient(void) {
  EACH_DIMENSION(slopes, stride) {
    size_t inputs = 1 + below(40), input_stride = stride_of(inputs), rows = below(11);
    float *gradients = rows_of(inputs, stride, slopes, awkward);
    size_t first = below(inputs);
    rk_dense_gradient(rows_of(rows, input_stride, inputs, awkward), input_stride, first,
                      inputs - below(inputs - first), rows_of(rows, stride, slopes, awkward),
                      stride, rows, gradients);
    add_floats(gradients, inputs * stride);
  }
}

static void test_add_rows(void) {
  EACH_DIMENSION(dimension, stride) {
    float *target = rows_of(1, stride, dimension, awkward);
    rk_add_rows(target, rows_of(17, stride, dimension, awkward), stride, 17);
    add_floats(target, stride);
  }
}

static float gate(void) { return below(3) ? 1 / 0.95f : 0.0f; }

static void test_rectify(void) {
  for (size_t count = 0; count <= 160; count += 16) {
    float *values = floats(count, awkward), *gates = floats(count, gate);
    rk_rectify(values, gates, count);
    add_floats(values, count);
    add_floats(gates, count);
  }
}

static void test_multiply(void) {
  for (size_t count = 0; count <= 160; count += 16) {
    float *values = floats(count, awkward);
    rk_multiply(values, floats(count, awkward), count);
    add_floats(values, count);
  }
}

static void test_turn(void) {
  EACH_DIMENSION(columns, stride) {
    size_t rows = 1 + below(30), turned_stride = stride_of(rows);
    float *turned = floats(columns * turned_stride, awkward);
    rk_turn(rows_of(rows, stride, columns, awkward), rows, stride, turned, columns, turned_stride);
    add_floats(turned, columns * turned_stride);
  }
}

static void test_gather_lanes(void) {
  EACH_DIMENSION(dimension, stride) {
    size_t first = below(20), rows = 19, target_stride = stride_of(first + dimension);
    float *targets = floats(rows * target_stride, awkward);
    rk_gather_lanes(targets, target_stride, first, rows_of(7, stride, dimension, awkward), stride,
                    row_numbers(rows, 7), dimension, rows);
    add_floats(targets, rows * target_stride);
  }
}

static void test_scatter_lanes(void) {
  EACH_DIMENSION(dimension, stride) {
    size_t first = below(20), rows = 19, source_stride = stride_of(first + dimension);
    float *targets = rows_of(7, stride, dimension, awkward);
    rk_scatter_lanes(targets, stride, row_numbers(rows, 7), floats(rows * source_stride, awkward),
                     source_stride, first, dimension, rows);
    add_floats(targets, 7 * stride);
  }
}

static void test_dropout_gates(void) {
  const uint32_t thresholds[] = {0, 1u << 16, 0x80000000u, UINT32_MAX};
  EACH_DIMENSION(dimension, stride) {
    // Some positions carry into the upper word of the counter.
    rk_dropout dropout = {(uint32_t)next_word(), (uint32_t)next_word(), (uint32_t)below(9),
                          0xFFFFFFFDu + below(2), (uint32_t)below(5), thresholds[below(4)],
                          1 / 0.95f};
    float *gates = piece(7 * stride * sizeof(float));
    rk_dropout_gates(gates, stride, 7, dropout);
    add_floats(gates, 7 * stride);
  }
}

static void test_random_pairs(void) {
  for (size_t count = 0; count < 50; count += 7) {
    // Some positions carry into the upper word of the counter.
    rk_random_place place = {(uint32_t)next_word(), (uint32_t)next_word(), (uint32_t)below(9),
                             0xFFFFFFF0u + below(20), (uint32_t)below(5)};
    uint32_t *offsets = row_numbers(count, 1000);
    uint32_t *first = row_numbers(count, 2), *second = row_numbers(count, 2);
    rk_random_pairs(place, offsets, count, first, second);
    for (size_t n = 0; n < count; n++) {
      add_word(first[n]);
      add_word(second[n]);
    }
  }
}

static void test_resample(void) {
  for (size_t draws = 0; draws < 200; draws += 23) {
    size_t rows = 1 + below(100);
    double *table = piece(rows * 4 * sizeof(double)), sums[4];
    for (size_t n = 0; n < rows * 4; n++) table[n] = unit();
    rk_random_place place = {(uint32_t)next_word(), (uint32_t)next_word(), (uint32_t)below(9),
                             0xFFFFFFF0u + below(20), 0};
    rk_resample(place, table, rows, draws, sums);
    for (int n = 0; n < 4; n++) {
      uint64_t bits;
      memcpy(&bits, &sums[n], sizeof bits);
      add_count(bits);
    }
  }
}

static void test_wait(void) {
  // There is no result; it must come back.
  const unsigned times[] = {0, 1, 199, 200, UINT32_MAX};
  for (size_t n = 0; n < sizeof times / sizeof *times; n++) rk_wait(times[n]);
}

static void test_top_k_dots(void) {
  EACH_DIMENSION(dimension, stride) {
    (void)stride;
    test_lists(dimension, 0);
  }
}

static void test_top_k_network(void) {
  EACH_DIMENSION(dimension, stride) {
    (void)stride;
    test_lists(dimension, 1);
  }
}

static void test_sgd_block(void) {
  each_block(sgd_block, dimensions, sizeof dimensions / sizeof *dimensions);
}

static void test_adaptive_block(void) {
  each_block(adaptive_block, dimensions, sizeof dimensions / sizeof *dimensions);
}

static void test_solve_rows(void) {
  EACH_DIMENSION(dimension, stride) {
    for (int confidences = 0; confidences < 2; confidences++) {
      arena_used = 0;
      test_solve(dimension, stride, confidences);
    }
  }
}

static void test_sum_members(void) {
  EACH_DIMENSION(dimension, stride) { sum_members(dimension, stride); }
}

// The clone that the kernels' calls end up in: what picks it asks the same question.
static const char *clone_name(void) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("x86-64-v4")) return "AVX-512";
  return __builtin_cpu_supports("x86-64-v3") ? "AVX2" : "SSE2";
#else
  return "plain";
#endif
}

static const struct {
  const char *name;
  void (*run)(void);
} tests[] = {
    {"rk_adam_rows", test_adam_rows},
    {"rk_adam_touched", test_adam_touched},
    {"rk_adaptive_block", test_adaptive_block},
    {"rk_add_rows", test_add_rows},
    {"rk_add_scaled", test_add_scaled},
    {"rk_add_scaled_rows", test_add_scaled_rows},
    {"rk_add_weighted", test_add_weighted},
    {"rk_dense_backward", test_dense_backward},
    {"rk_dense_forward", test_dense_forward},
    {"rk_dense_gradient", test_dense_gradient},
    {"rk_dot", test_dot},
    {"rk_dots", test_dots},
    {"rk_dropout_gates", test_dropout_gates},
    {"rk_fm_gather", test_fm_gather},
    {"rk_fm_group_sums", test_fm_group_sums},
    {"rk_fm_help", test_fm_help},
    {"rk_fm_keep_sums", test_fm_keep_sums},
    {"rk_fm_keep_weights", test_fm_keep_weights},
    {"rk_fm_lead", test_fm_lead},
    {"rk_fm_moments", test_fm_moments},
    {"rk_fm_normals", test_fm_normals},
    {"rk_fm_outputs", test_fm_outputs},
    {"rk_fm_push", test_fm_push},
    {"rk_fm_residual_sums", test_fm_residual_sums},
    {"rk_fm_row_sums", test_fm_row_sums},
    {"rk_fm_sweep", test_fm_sweep},
    {"rk_gather_lanes", test_gather_lanes},
    {"rk_gram", test_gram},
    {"rk_multiply", test_multiply},
    {"rk_penalty", test_penalty},
    {"rk_plain_rows", test_plain_rows},
    {"rk_random_pairs", test_random_pairs},
    {"rk_rectify", test_rectify},
    {"rk_resample", test_resample},
    {"rk_sample_scores", test_sample_scores},
    {"rk_samples_add", test_samples_add},
    {"rk_samples_squares", test_samples_squares},
    {"rk_scatter_lanes", test_scatter_lanes},
    {"rk_sgd_block", test_sgd_block},
    {"rk_solve_scratch", test_solve_scratch},
    {"rk_solve_rows", test_solve_rows},
    {"rk_sparse_dots", test_sparse_dots},
    {"rk_sum_members", test_sum_members},
    {"rk_tile_invert", test_tile_invert},
    {"rk_tile_multiply_add", test_tile_multiply_add},
    {"rk_tile_turn", test_tile_turn},
    {"rk_top_k_dots", test_top_k_dots},
    {"rk_top_k_keys", test_top_k_keys},
    {"rk_top_k_network", test_top_k_network},
    {"rk_turn", test_turn},
    {"rk_wait", test_wait},
};

int main(void) {
  fprintf(stderr, "%s\n", clone_name());
  for (size_t n = 0; n < sizeof tests / sizeof *tests; n++) {
    // Each test has numbers of its own, whichever tests stand before it.
    digest = 0xCBF29CE484222325u;
    for (const char *letter = tests[n].name; *letter; letter++) add_word((uint8_t)*letter);
    random_state = digest;
    arena_used = 0;
    tests[n].run();
    printf("%s %016llx\n", tests[n].name, (unsigned long long)digest);
  }
}
