#include "CKernels.h"
#include "vector.h"

// Members of a row are copied side by side, this many at a time: 32 KB of the widest usual rows, and
// sums of so many terms lose no more than three bits.
#define PANEL 128
// How many members ahead rows are fetched into the cache.
#define AHEAD 8

// gram[r][16 v ..] += sum over n of panel[n][r] * panel[n][16 v ..], for `rows` rows and `vectors` vectors.
#define TILE(rows, vectors)                                                                        \
  {                                                                                                \
    v16 sums[rows][vectors] = {0};                                                                 \
    for (size_t n = 0; n < count; n++) {                                                           \
      const float *x = panel + n * stride;                                                         \
      for (int i = 0; i < rows; i++) {                                                             \
        for (int j = 0; j < vectors; j++) sums[i][j] += *(const v16 *)(x + lane + 16 * j) * x[r + i];  \
      }                                                                                            \
    }                                                                                              \
    for (int i = 0; i < rows; i++) {                                                               \
      for (int j = 0; j < vectors; j++) {                                                          \
        *(v16 *)(gram + (r + i) * stride + lane + 16 * j) += sums[i][j];                           \
      }                                                                                            \
    }                                                                                              \
  }

// The vectors of the upper triangle, each from the one that holds the diagonal on.
INLINE void add_products(float *gram, const float *panel, size_t count, size_t stride,
                         size_t dimension) {
  for (size_t block = 0; block < dimension; block += 16) {
    size_t lane = block;
    for (; lane + 32 <= stride; lane += 32) {
      for (size_t r = block; r < block + 16; r += 4) TILE(4, 2)
    }
    if (lane < stride) {
      for (size_t r = block; r < block + 16; r += 8) TILE(8, 1)
    }
  }
}

INLINE float dot_row(const float *a, const float *b, size_t stride) {
  v16 sum = *(const v16 *)a * *(const v16 *)b;
  for (size_t lane = 16; lane < stride; lane += 16) {
    sum += *(const v16 *)(a + lane) * *(const v16 *)(b + lane);
  }
  return fold16(&sum);
}

// Copies members into the panel and their targets beside it.
INLINE void copy_members(const rk_regression *task, const uint32_t *others, const float *values,
                         size_t count, size_t left, size_t stride, float *panel, float *targets) {
  const size_t bias = task->dimension - 1;
  for (size_t n = 0; n < count; n++) {
    if (n + AHEAD < left) {
      const float *ahead = task->features + others[n + AHEAD] * stride;
      for (size_t lane = 0; lane < stride; lane += 16) __builtin_prefetch(ahead + lane);
    }
    const float *x = task->features + others[n] * stride;
    float *copy = panel + n * stride;
    if (task->confidences) {
      const float root = __builtin_elementwise_sqrt(values[n] > 0 ? values[n] : 0.0f);
      for (size_t lane = 0; lane < stride; lane += 16) {
        *(v16 *)(copy + lane) = *(const v16 *)(x + lane) * root;
      }
      targets[n] = root;
    } else {
      for (size_t lane = 0; lane < stride; lane += 16) {
        *(v16 *)(copy + lane) = *(const v16 *)(x + lane);
      }
      targets[n] = (values[n] - task->mean) - x[bias];
      copy[bias] = 1;
    }
  }
}

// Turns the upper triangle of a matrix into its Cholesky factor U and `right` into the solution of
// matrix * solution = right. The diagonal of U is left as its inverse in `inverse`. A pivot that is not
// positive gives the solution 0 there.
INLINE void solve(float *matrix, size_t stride, size_t dimension, float *right, float *inverse,
                  float *solution) {
  for (size_t j = 0; j < dimension; j++) {
    float *row = matrix + j * stride;
    const float pivot = row[j];
    // A pivot that is not a number has to reach the solution, where it is seen.
    const float scale = pivot <= 0 ? 0 : 1 / __builtin_elementwise_sqrt(pivot);
    inverse[j] = scale;
    const size_t first = j / 16 * 16;
    for (size_t lane = first; lane < j; lane++) row[lane] = 0;
    for (size_t lane = first; lane < stride; lane += 16) *(v16 *)(row + lane) *= scale;
    const float y = right[j] * scale;
    for (size_t lane = first; lane < stride; lane += 16) {
      *(v16 *)(right + lane) -= *(const v16 *)(row + lane) * y;
    }
    right[j] = y;
    for (size_t i = j + 1; i < dimension; i++) {
      const float factor = row[i];
      float *other = matrix + i * stride;
      for (size_t lane = i / 16 * 16; lane < stride; lane += 16) {
        *(v16 *)(other + lane) -= *(const v16 *)(row + lane) * factor;
      }
    }
  }
  for (size_t lane = 0; lane < stride; lane += 16) *(v16 *)(solution + lane) = (v16){0};
  for (size_t j = dimension; j-- > 0;) {
    // The lane of j itself is still 0 in the solution.
    solution[j] = (right[j] - dot_row(matrix + j * stride, solution, stride)) * inverse[j];
  }
}

INLINE double solve_rows(const rk_lists *lists, const rk_regression *task, size_t first, size_t end,
                         size_t stride, float *targets, float *scratch) {
  const size_t dimension = task->dimension;
  float *gram = scratch, *panel = gram + stride * stride, *values = panel + PANEL * stride;
  float *right = values + PANEL, *inverse = right + stride;
  double loss = 0;
  for (size_t row = first; row < end; row++) {
    float *target = targets + row * stride;
    const size_t start = lists->starts[row], count = lists->starts[row + 1] - start;
    const float *center = task->centers ? task->centers + row * stride : 0;
    if (count == 0) {
      for (size_t lane = 0; lane < stride; lane++) target[lane] = 0;
      continue;
    }
    for (size_t lane = 0; lane < stride * stride; lane += 16) {
      *(v16 *)(gram + lane) = task->base ? *(const v16 *)(task->base + lane) : (v16){0};
    }
    const float scale = task->scales[row];
    for (size_t lane = 0; lane < stride; lane++) {
      const float penalty = task->penalty[lane] + scale * task->scaled_penalty[lane];
      gram[lane * stride + lane] += penalty;
      right[lane] = penalty;
    }
    // Not one loop with a choice in it: emulators do not know loads without lanes.
    if (center) {
      for (size_t lane = 0; lane < stride; lane++) right[lane] *= center[lane];
    } else {
      for (size_t lane = 0; lane < stride; lane++) right[lane] = 0;
    }
    for (size_t done = 0; done < count; done += PANEL) {
      const size_t left = count - done, some = left < PANEL ? left : PANEL;
      copy_members(task, lists->others + start + done, lists->values + start + done, some, left,
                   stride, panel, values);
      add_products(gram, panel, some, stride, dimension);
      for (size_t n = 0; n < some; n++) {
        for (size_t lane = 0; lane < stride; lane += 16) {
          *(v16 *)(right + lane) += *(const v16 *)(panel + n * stride + lane) * values[n];
        }
      }
    }
    solve(gram, stride, dimension, right, inverse, target);
    for (size_t done = 0; done < count; done += PANEL) {
      const size_t left = count - done, some = left < PANEL ? left : PANEL;
      if (count > PANEL) {
        copy_members(task, lists->others + start + done, lists->values + start + done, some, left,
                     stride, panel, values);
      }
      for (size_t n = 0; n < some; n++) {
        const double error = (double)values[n] - (double)dot_row(panel + n * stride, target, stride);
        loss += error * error;
      }
    }
  }
  return loss;
}

size_t rk_solve_scratch(size_t stride) {
  return stride * stride + PANEL * stride + PANEL + 2 * stride;
}

CLONES double rk_solve_rows(const rk_lists *lists, const rk_regression *task, size_t first,
                            size_t end, size_t stride, float *targets, float *scratch) {
  switch (stride) {
  case 16: return solve_rows(lists, task, first, end, 16, targets, scratch);
  case 32: return solve_rows(lists, task, first, end, 32, targets, scratch);
  case 48: return solve_rows(lists, task, first, end, 48, targets, scratch);
  case 64: return solve_rows(lists, task, first, end, 64, targets, scratch);
  default: return solve_rows(lists, task, first, end, stride, targets, scratch);
  }
}

CLONES void rk_gram(const float *rows, size_t count, size_t stride, size_t dimension, float *gram) {
  for (size_t lane = 0; lane < stride * stride; lane += 16) *(v16 *)(gram + lane) = (v16){0};
  for (size_t done = 0; done < count; done += PANEL) {
    const size_t some = count - done < PANEL ? count - done : PANEL;
    add_products(gram, rows + done * stride, some, stride, dimension);
  }
}

CLONES void rk_sum_members(const rk_lists *lists, const float *sources, const float *scales,
                           size_t first, size_t end, size_t stride, float *targets) {
  for (size_t row = first; row < end; row++) {
    const size_t start = lists->starts[row], stop = lists->starts[row + 1];
    float *target = targets + row * stride;
    for (size_t lane = 0; lane < stride; lane += 16) *(v16 *)(target + lane) = (v16){0};
    for (size_t n = start; n < stop; n++) {
      if (n + AHEAD < stop) {
        const float *ahead = sources + lists->others[n + AHEAD] * stride;
        for (size_t lane = 0; lane < stride; lane += 16) __builtin_prefetch(ahead + lane);
      }
      const float *source = sources + lists->others[n] * stride;
      for (size_t lane = 0; lane < stride; lane += 16) {
        *(v16 *)(target + lane) += *(const v16 *)(source + lane);
      }
    }
    for (size_t lane = 0; lane < stride; lane += 16) *(v16 *)(target + lane) *= scales[row];
  }
}
