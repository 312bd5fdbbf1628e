#include <string.h>

#include "gibbs.h"

// The draws of a block's features. A matrix of 8 x 8 lies in four vectors, two rows in each.

INLINE void add_rows8(const rk_fm_block *b, const float *weight, uint64_t first, uint64_t end,
                      float *record) {
  const v8 v = *(const v8 *)weight;
  v16 m[4] = {0}, u[4] = {0};
  v8 cross = {0}, residuals = {0};
  float squares = 0, total = 0;
  for (uint64_t n = first; n < end; n++) {
    const float *row = b->records + b->column_rows[n] * (size_t)RK_FM_RECORD(8);
    const float x = b->column_values[n], xx = x * x;
    const float count = row[COUNT(8)], e = row[RESIDUAL(8)];
    const v8 own = *(const v8 *)(row + OWN(8)) - v * x;
    const v8 sums = *(const v8 *)(row + SUMS(8));
    // sum (o + g)(o + g)' = M + g p' + p g' with p = sum o + n g / 2.
    const v8 p = (sums + own * (0.5f * count)) * xx;
    const v16 pp = TWICE(p);
    v16 spread[4];
    SPREAD(own, spread);
    for (int i = 0; i < 4; i++) {
      m[i] += *(const v16 *)(row + 16 * i) * xx;
      u[i] += spread[i] * pp;
    }
    cross += (sums + own * count) * xx;
    residuals += (*(const v8 *)(row + RESIDUALS(8)) + own * e) * x;
    squares += count * xx;
    total += e * x;
  }
  // The rows of u's transpose are its columns.
#define COLUMNS(a, b, c)                                                                           \
  __builtin_shufflevector(a, b, c, c + 8, c + 16, c + 24, c + 1, c + 9, c + 17, c + 25, -1, -1,    \
                          -1, -1, -1, -1, -1, -1)
#define TURNED(i)                                                                                  \
  {                                                                                                \
    const v16 upper = COLUMNS(u[0], u[1], 2 * i), lower = COLUMNS(u[2], u[3], 2 * i);              \
    const v16 turned = __builtin_shufflevector(upper, lower, 0, 1, 2, 3, 16, 17, 18, 19, 4, 5, 6,  \
                                               7, 20, 21, 22, 23);                                 \
    *(v16 *)(record + 16 * i) = m[i] + (u[i] + turned);                                            \
  }
  TURNED(0)
  TURNED(1)
  TURNED(2)
  TURNED(3)
  *(v8 *)(record + SUMS(8)) = cross;
  *(v8 *)(record + RESIDUALS(8)) = residuals;
  *(v8 *)(record + OWN(8)) = (v8){0};
  *(v8 *)(record + COUNT(8)) = (v8){squares, total};
}

INLINE void add_rows(const rk_fm_block *b, const float *weight, uint64_t first, uint64_t end,
                     float *record, size_t k) {
  memset(record, 0, RK_FM_RECORD(k) * sizeof *record);
  for (uint64_t n = first; n < end; n++) {
    const float *row = b->records + b->column_rows[n] * RK_FM_RECORD(k);
    const float x = b->column_values[n], xx = x * x;
    const float count = row[COUNT(k)], e = row[RESIDUAL(k)];
    for (size_t lane = 0; lane < k; lane += 16) {
      const v16 own = *(const v16 *)(row + OWN(k) + lane) - *(const v16 *)(weight + lane) * x;
      const v16 sums = *(const v16 *)(row + SUMS(k) + lane);
      const v16 p = (sums + own * (0.5f * count)) * xx, g = own * xx;
      for (size_t f = 0; f < k; f++) {
        const float own_f = row[OWN(k) + f] - weight[f] * x;
        const float p_f = row[SUMS(k) + f] + own_f * (0.5f * count);
        *(v16 *)(record + f * k + lane) +=
            *(const v16 *)(row + f * k + lane) * xx + (p * own_f + g * p_f);
      }
      *(v16 *)(record + SUMS(k) + lane) += (sums + own * count) * xx;
      *(v16 *)(record + RESIDUALS(k) + lane) +=
          (*(const v16 *)(row + RESIDUALS(k) + lane) + own * e) * x;
    }
    record[COUNT(k)] += count * xx;
    record[RESIDUAL(k)] += e * x;
  }
}

// The same over the ratings of the rows: h = x (q - x v).
INLINE void add_ratings8(const rk_fm_block *b, const float *weight, uint64_t first, uint64_t end,
                         float *record) {
  const v8 v = *(const v8 *)weight;
  v16 m[4] = {0};
  v8 cross = {0}, residuals = {0};
  float squares = 0, total = 0;
  for (uint64_t n = first; n < end; n++) {
    const uint32_t row = b->column_rows[n];
    const float x = b->column_values[n], xx = x * x;
    const v8 own = v * x;
    for (uint64_t place = b->rating_starts[row]; place < b->rating_starts[row + 1]; place++) {
      const uint32_t rating = b->ratings[place];
      const v8 h = (*(const v8 *)(b->sums + rating * 8ul) - own) * x;
      const float e = b->residuals[rating];
      const v16 hh = TWICE(h);
      v16 spread[4];
      SPREAD(h, spread);
      for (int i = 0; i < 4; i++) m[i] += spread[i] * hh;
      cross += h * x;
      residuals += h * e;
      squares += xx;
      total += e * x;
    }
  }
  memcpy(record, m, sizeof m);
  *(v8 *)(record + SUMS(8)) = cross;
  *(v8 *)(record + RESIDUALS(8)) = residuals;
  *(v8 *)(record + OWN(8)) = (v8){0};
  *(v8 *)(record + COUNT(8)) = (v8){squares, total};
}

INLINE void add_ratings(const rk_fm_block *b, const float *weight, uint64_t first, uint64_t end,
                        float *record, size_t k) {
  memset(record, 0, RK_FM_RECORD(k) * sizeof *record);
  for (uint64_t n = first; n < end; n++) {
    const uint32_t row = b->column_rows[n];
    const float x = b->column_values[n], xx = x * x;
    for (uint64_t place = b->rating_starts[row]; place < b->rating_starts[row + 1]; place++) {
      const uint32_t rating = b->ratings[place];
      const float *q = b->sums + rating * k;
      const float e = b->residuals[rating];
      for (size_t lane = 0; lane < k; lane += 16) {
        const v16 h = (*(const v16 *)(q + lane) - *(const v16 *)(weight + lane) * x) * x;
        for (size_t f = 0; f < k; f++)
          *(v16 *)(record + f * k + lane) += h * ((q[f] - weight[f] * x) * x);
        *(v16 *)(record + SUMS(k) + lane) += h * x;
        *(v16 *)(record + RESIDUALS(k) + lane) += h * e;
      }
      record[COUNT(k)] += xx;
      record[RESIDUAL(k)] += e * x;
    }
  }
}

INLINE void gather(const rk_fm_block *b, const float *weight, uint64_t first, uint64_t end,
                   float *record, size_t k) {
  if (b->records) {
    if (k == 8) add_rows8(b, weight, first, end, record);
    else add_rows(b, weight, first, end, record, k);
  } else {
    if (k == 8) add_ratings8(b, weight, first, end, record);
    else add_ratings(b, weight, first, end, record, k);
  }
}

// The change of a feature's weights: (A + Lambda / noise)^-1 ... as a normal draw.
//
// P = noise A + Lambda = L D L' (no roots on the way); the change is
// P^-1 (noise b + Lambda (mean - old)) + L'^-1 D^-1/2 z. Adding Lambda to a matrix that is not negative
// keeps each element of D above that of Lambda, which rounding must not undo.
INLINE void solve(const float *record, const rk_fm_prior *prior, const float *weight,
                  const float *normals, float *change, size_t k) {
  const size_t stride = RK_FM_STRIDE(k), lanes = k + 1;
  enum { LARGEST = 272 };
  // Rows of P below and on the diagonal turn into L D.
  float matrix[lanes * stride] __attribute__((aligned(64)));
  float right[stride] __attribute__((aligned(64)));
  float inverse[stride] __attribute__((aligned(64)));
  float part[stride] __attribute__((aligned(64)));
  const float noise = prior->noise;
  memset(right, 0, sizeof right);
  memset(inverse, 0, sizeof inverse);
  for (size_t f = 0; f < k; f++) {
    for (size_t lane = 0; lane < k; lane++)
      matrix[f * stride + lane] = record[f * k + lane] * noise;
    matrix[f * stride + k] = record[SUMS(k) + f] * noise;
    for (size_t lane = lanes; lane < stride; lane++) matrix[f * stride + lane] = 0;
    matrix[k * stride + f] = matrix[f * stride + k];
    right[f] = record[RESIDUALS(k) + f] * noise;
  }
  matrix[k * stride + k] = record[COUNT(k)] * noise;
  for (size_t lane = lanes; lane < stride; lane++) matrix[k * stride + lane] = 0;
  right[k] = record[RESIDUAL(k)] * noise;
  for (size_t f = 0; f < lanes; f++) {
    matrix[f * stride + f] += prior->precisions[f];
    right[f] += prior->precisions[f] * (prior->means[f] - weight[f]);
  }
  for (size_t j = 0; j < lanes; j++) {
    const float *row = matrix + j * stride;
    float pivot = row[j];
    pivot = pivot > prior->precisions[j] ? pivot : prior->precisions[j];
    const float reciprocal = 1 / pivot;
    inverse[j] = reciprocal;
    const float share = right[j] * reciprocal;
    for (size_t lane = 0; lane < stride; lane++) part[lane] = lane > j ? row[lane] : 0;
    for (size_t lane = 0; lane < stride; lane += 16)
      *(v16 *)(right + lane) -= *(const v16 *)(part + lane) * share;
    for (size_t f = j + 1; f < lanes; f++) {
      const float factor = part[f] * reciprocal;
      for (size_t lane = 0; lane < stride; lane += 16)
        *(v16 *)(matrix + f * stride + lane) -= *(const v16 *)(part + lane) * factor;
    }
  }
  for (size_t lane = 0; lane < stride; lane++)
    change[lane] = right[lane] * inverse[lane] + normals[lane] * __builtin_sqrtf(inverse[lane]);
  for (size_t j = lanes; j-- > 1;) {
    const float known = change[j];
    const float *row = matrix + j * stride;
    for (size_t lane = 0; lane < j; lane++) change[lane] -= row[lane] * inverse[lane] * known;
  }
  if (!prior->linear) change[k] = 0;
}

// The same for nine weights, one row of P in each register.
INLINE void solve8(const float *record, const rk_fm_prior *prior, const float *weight,
                   const float *normals, float *change) {
  const v16i numbers = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
  const v16 precision = *(const v16 *)prior->precisions;
  const float noise = prior->noise;
  const v8 cross = *(const v8 *)(record + SUMS(8)) * noise, zeros = {0};
  const v16 last = __builtin_shufflevector(cross, zeros, 0, 1, 2, 3, 4, 5, 6, 7, 8, 8, 8, 8, 8, 8,
                                           8, 8);
  v16 rows[9], right, inverse = {0};
#define LAST(f)                                                                                    \
  {                                                                                                \
    const v16 two = *(const v16 *)(record + 16 * (f / 2)) * noise;                                 \
    rows[f] = __builtin_shufflevector(two, last, f % 2 * 8, f % 2 * 8 + 1, f % 2 * 8 + 2,          \
                                      f % 2 * 8 + 3, f % 2 * 8 + 4, f % 2 * 8 + 5, f % 2 * 8 + 6,  \
                                      f % 2 * 8 + 7, 16 + f, 24, 24, 24, 24, 24, 24, 24);          \
  }
  LAST(0)
  LAST(1)
  LAST(2)
  LAST(3)
  LAST(4)
  LAST(5)
  LAST(6)
  LAST(7)
#undef LAST
  rows[8] = last;
  rows[8][8] = record[COUNT(8)] * noise;
  const v8 residuals = *(const v8 *)(record + RESIDUALS(8)) * noise;
  right = __builtin_shufflevector(residuals, zeros, 0, 1, 2, 3, 4, 5, 6, 7, 8, 8, 8, 8, 8, 8, 8, 8);
  right[8] = record[RESIDUAL(8)] * noise;
  right += precision * (*(const v16 *)prior->means - *(const v16 *)weight);
#pragma clang loop unroll(full)
  for (int f = 0; f < 9; f++)
    rows[f] += (v16)((v16i)precision & (v16i)(numbers == f));
  float pivot = rows[0][0];
#pragma clang loop unroll(full)
  for (int j = 0; j < 9; j++) {
    pivot = pivot > precision[j] ? pivot : precision[j];
    const float reciprocal = 1 / pivot;
    const v16 part = (v16)((v16i)rows[j] & (v16i)(numbers > j));
    const v16 share = part * reciprocal;
    // The next pivot is what everything waits for; its row's lane comes out the same.
    if (j < 8) pivot = rows[j + 1][j + 1] - rows[j][j + 1] * (rows[j][j + 1] * reciprocal);
    right -= share * right[j];
    inverse = (v16)(((v16i)inverse & (v16i)(numbers != j)) |
                    ((v16i)((v16){0} + reciprocal) & (v16i)(numbers == j)));
#pragma clang loop unroll(full)
    for (int f = j + 1; f < 9; f++) rows[f] -= part * share[f];
  }
  v16 result = right * inverse + *(const v16 *)normals * __builtin_elementwise_sqrt(inverse);
#pragma clang loop unroll(full)
  for (int j = 8; j > 0; j--) {
    const v16 below = (v16)((v16i)(rows[j] * inverse) & (v16i)(numbers < j));
    result -= below * result[j];
  }
  *(v16 *)change = result;
  if (!prior->linear) change[8] = 0;
}

INLINE void move_rows(const rk_fm_block *b, const float *old, const float *change, uint64_t first,
                      uint64_t end, size_t k) {
  if (k == 8) {
    const v8 v = *(const v8 *)old, d = *(const v8 *)change;
    const float linear = change[8];
    v16 spread[4];
    SPREAD(d, spread);
    for (uint64_t n = first; n < end; n++) {
      float *row = b->records + b->column_rows[n] * (size_t)RK_FM_RECORD(8);
      const float x = b->column_values[n];
      const v8 own = *(const v8 *)(row + OWN(8)), sums = *(const v8 *)(row + SUMS(8));
      v8 part = d * (own - v * x), other = d * sums;
      const float constant = x * (linear + fold8(&part));
      v16 product = *(const v16 *)row * spread[0] + *(const v16 *)(row + 16) * spread[1] +
                    (*(const v16 *)(row + 32) * spread[2] + *(const v16 *)(row + 48) * spread[3]);
      *(v8 *)(row + RESIDUALS(8)) -= BOTH_HALVES(product) * x + sums * constant;
      *(v8 *)(row + OWN(8)) = own + d * x;
      row[RESIDUAL(8)] -= x * fold8(&other) + row[COUNT(8)] * constant;
      row[CHANGE(8)] += constant;
    }
    return;
  }
  for (uint64_t n = first; n < end; n++) {
    float *row = b->records + b->column_rows[n] * RK_FM_RECORD(k);
    const float x = b->column_values[n];
    v16 part = {0}, other = {0};
    for (size_t lane = 0; lane < k; lane += 16) {
      const v16 d = *(const v16 *)(change + lane);
      const v16 own = *(const v16 *)(row + OWN(k) + lane);
      part += d * (own - *(const v16 *)(old + lane) * x);
      other += d * *(const v16 *)(row + SUMS(k) + lane);
      *(v16 *)(row + OWN(k) + lane) = own + d * x;
    }
    const float constant = x * (change[k] + fold16(&part));
    for (size_t lane = 0; lane < k; lane += 16) {
      v16 product = {0};
      for (size_t f = 0; f < k; f++) product += *(const v16 *)(row + f * k + lane) * change[f];
      *(v16 *)(row + RESIDUALS(k) + lane) -=
          product * x + *(const v16 *)(row + SUMS(k) + lane) * constant;
    }
    row[RESIDUAL(k)] -= x * fold16(&other) + row[COUNT(k)] * constant;
    row[CHANGE(k)] += constant;
  }
}

INLINE void move_ratings(const rk_fm_block *b, const float *old, const float *change,
                         uint64_t first, uint64_t end, size_t k) {
  for (uint64_t n = first; n < end; n++) {
    const uint32_t row = b->column_rows[n];
    const float x = b->column_values[n];
    for (uint64_t place = b->rating_starts[row]; place < b->rating_starts[row + 1]; place++) {
      const uint32_t rating = b->ratings[place];
      float *q = b->sums + rating * k;
      float sum;
      if (k == 8) {
        const v8 d = *(const v8 *)change;
        v8 part = d * (*(const v8 *)q - *(const v8 *)old * x);
        sum = fold8(&part);
        *(v8 *)q += d * x;
      } else {
        v16 part = {0};
        for (size_t lane = 0; lane < k; lane += 16) {
          const v16 d = *(const v16 *)(change + lane);
          part += d * (*(const v16 *)(q + lane) - *(const v16 *)(old + lane) * x);
          *(v16 *)(q + lane) += d * x;
        }
        sum = fold16(&part);
      }
      b->residuals[rating] -= x * (change[k] + sum);
    }
  }
}

// Draws a feature's change from its record, and keeps what the weights were.
INLINE void draw_change(const rk_fm_block *b, const rk_fm_prior *prior, size_t feature,
                        const float *record, float *old, float *change, size_t k) {
  const size_t stride = RK_FM_STRIDE(k);
  float *weight = b->weights + feature * stride;
  if (k == 8) solve8(record, prior, weight, b->normals + feature * stride, change);
  else solve(record, prior, weight, b->normals + feature * stride, change, k);
  for (size_t lane = 0; lane < stride; lane += 16) {
    const v16 before = *(const v16 *)(weight + lane);
    const v16 after = before + *(const v16 *)(change + lane);
    *(v16 *)(old + lane) = before;
    *(v16 *)(weight + lane) = after;
    *(v16 *)(change + lane) = after - before;
  }
}

INLINE void move(const rk_fm_block *b, const float *old, const float *change, uint64_t first,
                 uint64_t end, size_t k) {
  if (b->records) move_rows(b, old, change, first, end, k);
  else move_ratings(b, old, change, first, end, k);
}

INLINE void sweep(const rk_fm_block *b, const rk_fm_prior *prior, const uint32_t *features,
                  size_t count, size_t k) {
  float record[RK_FM_RECORD(k)] __attribute__((aligned(64)));
  float change[RK_FM_STRIDE(k)] __attribute__((aligned(64)));
  float old[RK_FM_STRIDE(k)] __attribute__((aligned(64)));
  for (size_t number = 0; number < count; number++) {
    const size_t feature = features[number];
    const uint64_t first = b->column_starts[feature], end = b->column_starts[feature + 1];
    gather(b, b->weights + feature * RK_FM_STRIDE(k), first, end, record, k);
    draw_change(b, prior, feature, record, old, change, k);
    move(b, old, change, first, end, k);
  }
}

CLONES void rk_fm_sweep(const rk_fm_block *block, const rk_fm_prior *prior,
                        const uint32_t *features, size_t count) {
  FOR_EACH_K(block->k, sweep(block, prior, features, count, K))
}

// Where a feature's rows of the second half begin.
INLINE uint64_t middle(const rk_fm_block *b, uint32_t feature, uint32_t border) {
  uint64_t low = b->column_starts[feature], high = b->column_starts[feature + 1];
  while (low < high) {
    const uint64_t between = low + (high - low) / 2;
    if (b->column_rows[between] < border) low = between + 1;
    else high = between;
  }
  return low;
}

// A half's part of a turn: the change of one feature, then the record of the next.
INLINE void do_half(const rk_fm_crew *crew, int half, size_t k) {
  const rk_fm_half *h = crew->halves + half;
  move(crew->block, crew->old, crew->change, h->move_first, h->move_end, k);
  if (crew->next_weight)
    gather(crew->block, crew->next_weight, h->gather_first, h->gather_end, h->record, k);
}

// The turn is twice its number, plus one as soon as somebody has taken the second half.
INLINE int take(rk_fm_crew *crew, uint64_t turn) {
  return __atomic_compare_exchange_n(&crew->turn, &turn, turn + 1, 0, __ATOMIC_ACQUIRE,
                                     __ATOMIC_RELAXED);
}

INLINE void share(rk_fm_crew *crew, uint64_t work, size_t k) {
  // Below this it takes longer to tell the other than to do it.
  if (work < 24) {
    do_half(crew, 0, k);
    do_half(crew, 1, k);
    return;
  }
  const uint64_t turn = (__atomic_load_n(&crew->turn, __ATOMIC_RELAXED) | 1) + 1;
  __atomic_store_n(&crew->turn, turn, __ATOMIC_RELEASE);
  do_half(crew, 0, k);
  if (take(crew, turn)) {
    do_half(crew, 1, k);
    return;
  }
  for (unsigned times = 0; __atomic_load_n(&crew->done, __ATOMIC_ACQUIRE) != turn; times++)
    rk_wait(times);
}

INLINE void lead(rk_fm_crew *crew, const rk_fm_prior *prior, const uint32_t *features,
                 size_t count, size_t k) {
  const rk_fm_block *b = crew->block;
  float record[RK_FM_RECORD(k)] __attribute__((aligned(64)));
  float other[RK_FM_RECORD(k)] __attribute__((aligned(64)));
  float change[RK_FM_STRIDE(k)] __attribute__((aligned(64)));
  float old[RK_FM_STRIDE(k)] __attribute__((aligned(64)));
  crew->old = old;
  crew->change = change;
  rk_fm_half *halves = crew->halves;
  halves[0] = (rk_fm_half){.record = record};
  halves[1] = (rk_fm_half){.record = other};
  for (size_t number = 0; number <= count; number++) {
    // Moves the last feature, if any, and gathers this one, if any.
    crew->next_weight = 0;
    uint64_t work = halves[0].move_end - halves[0].move_first + halves[1].move_end -
                    halves[1].move_first;
    if (number < count) {
      const uint32_t feature = features[number];
      const uint64_t split = middle(b, feature, crew->border);
      crew->next_weight = b->weights + feature * RK_FM_STRIDE(k);
      halves[0].gather_first = b->column_starts[feature];
      halves[0].gather_end = halves[1].gather_first = split;
      halves[1].gather_end = b->column_starts[feature + 1];
      work += halves[1].gather_end - halves[0].gather_first;
    }
    share(crew, work, k);
    if (number == count) break;
    for (size_t lane = 0; lane < RK_FM_RECORD(k); lane += 8)
      *(v8 *)(record + lane) += *(const v8 *)(other + lane);
    draw_change(b, prior, features[number], record, old, change, k);
    for (int half = 0; half < 2; half++) {
      halves[half].move_first = halves[half].gather_first;
      halves[half].move_end = halves[half].gather_end;
    }
  }
}

CLONES void rk_fm_lead(rk_fm_crew *crew, const rk_fm_prior *prior, const uint32_t *features,
                       size_t count) {
  FOR_EACH_K(crew->block->k, lead(crew, prior, features, count, K))
  __atomic_store_n(&crew->is_over, 1, __ATOMIC_RELEASE);
}

CLONES void rk_fm_help(rk_fm_crew *crew) {
  unsigned times = 0;
  // No turn has the number zero.
  uint64_t seen = 0;
  while (!__atomic_load_n(&crew->is_over, __ATOMIC_ACQUIRE)) {
    const uint64_t turn = __atomic_load_n(&crew->turn, __ATOMIC_RELAXED);
    if (turn == seen || turn % 2 == 1 || !take(crew, turn)) {
      rk_wait(times);
      times += times < 1000000;
      continue;
    }
    seen = turn;
    times = 0;
    FOR_EACH_K(crew->block->k, do_half(crew, 1, K))
    __atomic_store_n(&crew->done, turn, __ATOMIC_RELEASE);
  }
}

CLONES void rk_fm_gather(const rk_fm_block *block, uint32_t feature, uint64_t first, uint64_t end,
                         float *record) {
  FOR_EACH_K(block->k, gather(block, block->weights + feature * RK_FM_STRIDE(K), first, end, record, K))
}
