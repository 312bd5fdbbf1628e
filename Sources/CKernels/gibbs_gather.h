#ifndef RECJOB_GIBBS_GATHER_H
#define RECJOB_GIBBS_GATHER_H

#include <string.h>

#include "gibbs.h"

// The sums over the ratings of a feature that has some of the factors. A matrix of 8 x 8 lies in four
// vectors, two rows in each, and is always whole; of a larger one the rows of other factors are zero.

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
                     float *record, size_t factors, size_t k) {
  memset(record, 0, RK_FM_RECORD(k) * sizeof *record);
  for (uint64_t n = first; n < end; n++) {
    const float *row = b->records + b->column_rows[n] * RK_FM_RECORD(k);
    const float x = b->column_values[n], xx = x * x;
    const float count = row[COUNT(k)], e = row[RESIDUAL(k)];
    for (size_t lane = 0; lane < k; lane += 16) {
      const v16 own = *(const v16 *)(row + OWN(k) + lane) - *(const v16 *)(weight + lane) * x;
      const v16 sums = *(const v16 *)(row + SUMS(k) + lane);
      const v16 p = (sums + own * (0.5f * count)) * xx, g = own * xx;
      for (size_t f = 0; f < factors; f++) {
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
                        float *record, size_t factors, size_t k) {
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
        for (size_t f = 0; f < factors; f++)
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
                   float *record, size_t factors, size_t k) {
  if (b->records) {
    if (k == 8) add_rows8(b, weight, first, end, record);
    else add_rows(b, weight, first, end, record, factors, k);
  } else {
    if (k == 8) add_ratings8(b, weight, first, end, record);
    else add_ratings(b, weight, first, end, record, factors, k);
  }
}

#endif
