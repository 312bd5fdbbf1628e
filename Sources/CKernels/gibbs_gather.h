#ifndef RECJOB_GIBBS_GATHER_H
#define RECJOB_GIBBS_GATHER_H

#include <string.h>

#include "gibbs.h"

// The sums over the ratings of a feature that has some of the factors; of more than 8, the rows of
// other factors' moments are zero.
//
// A record of a row has the sums over its ratings of p p', p and p e, p being the sum of all blocks'
// factors and e the residual when it was made. Since then p has become p + m, and e became
// e - c - m'p: m and c are what draws have moved, and the sums follow from them. With g = m - x v:
// sum (p + g)(p + g)' = P + g t' + t g' with t = sum p + n g / 2, and
// sum (p + g)(e - c - m'p) = sum p e - c sum p - P m + g (sum e - n c - m' sum p).

// Asks for the record of an entry's row: of many rows they are not in the nearest caches.
INLINE void ask_for_row(const rk_fm_block *b, uint64_t entry, size_t k) {
  const float *row = b->records + b->column_rows[entry] * RK_FM_RECORD(k);
  for (size_t lane = 0; lane < RK_FM_RECORD(k); lane += 16) __builtin_prefetch(row + lane);
}

INLINE void add_rows8(const rk_fm_block *b, const float *weight, uint64_t first, uint64_t end,
                      float *record) {
  const v8 v = *(const v8 *)weight;
  // P, and all eight diagonals of the sum of g t': 1, 2 | 3, 0 | 4, 5 | 6, 7.
  diagonals moments = {0};
  v16 u[4] = {0};
  // P m has a diagonal times m, and each but the main and the last once more from the other side.
  v16 ahead = {0}, behind_near = {0}, behind_far = {0};
  v8 across = {0};
  v8 cross = {0}, residuals = {0};
  float squares = 0, total = 0;
  for (uint64_t n = first; n < end; n++) {
    const float *row = b->records + b->column_rows[n] * (size_t)RK_FM_RECORD(8);
    ask_for_row(b, n + 8 < end ? n + 8 : n, 8);
    const float x = b->column_values[n], xx = x * x;
    const float count = row[COUNT(8)], constant = row[CONSTANT(8)];
    const v8 moved = *(const v8 *)(row + MOVED(8)), sums = *(const v8 *)(row + SUMS(8));
    const v16 row_near = *(const v16 *)row, row_far = *(const v16 *)(row + 16);
    const v4 half = *(const v4 *)(row + 32);
    const v8 row_opposite = __builtin_shufflevector(half, half, 0, 1, 2, 3, 0, 1, 2, 3);
    v8 part = moved * sums;
    const float e = row[RESIDUAL(8)] - (count * constant + fold8(&part));
    const v8 g = moved - v * x, t = (sums + g * (0.5f * count)) * xx, step = moved * x;
    const v16 both = TWICE(g), steps = TWICE(step);
    moments.near += row_near * xx;
    moments.far += row_far * xx;
    moments.opposite += row_opposite * xx;
    u[0] += both * AROUND_BOTH(t, 1, 2);
    u[1] += both * AROUND_BOTH(t, 3, 0);
    u[2] += both * AROUND_BOTH(t, 4, 5);
    u[3] += both * AROUND_BOTH(t, 6, 7);
    ahead += row_near * AROUND_BOTH(step, 1, 2) + row_far * AROUND_BOTH(step, 3, 0);
    across += row_opposite * AROUND(step, 4);
    behind_near += row_near * steps;
    behind_far += row_far * steps;
    cross += (sums + g * count) * xx;
    residuals += (*(const v8 *)(row + RESIDUALS(8)) - sums * constant + g * e) * x;
    squares += count * xx;
    total += e * x;
  }
  // Adds to each diagonal that of the transpose, which begins elsewhere.
  moments.near += u[0] + __builtin_shufflevector(u[3], u[3], 9, 10, 11, 12, 13, 14, 15, 8, 2, 3, 4, 5, 6, 7,
                                         0, 1);
  moments.far += u[1] + __builtin_shufflevector(u[2], u[1], 11, 12, 13, 14, 15, 8, 9, 10, 24, 25, 26, 27, 28,
                                        29, 30, 31);
  const v8 middle = LOWER(u[2]);
  moments.opposite += middle + AROUND(middle, 4);
  const v8 behind_one = LOWER(behind_near), behind_two = UPPER(behind_near),
           behind_three = LOWER(behind_far);
  residuals -= (BOTH_HALVES(ahead) + across) +
               (AROUND(behind_one, 7) + (AROUND(behind_two, 6) + AROUND(behind_three, 5)));
  write_record8(record, &moments, squares, total, &cross, &residuals);
}

INLINE void add_rows(const rk_fm_block *b, const float *weight, uint64_t first, uint64_t end,
                     float *record, size_t factors, size_t k) {
  // P m, sixteen lanes of each sum.
  v16 products[factors];
  memset(products, 0, sizeof products);
  memset(record, 0, RK_FM_RECORD(k) * sizeof *record);
  for (uint64_t n = first; n < end; n++) {
    const float *row = b->records + b->column_rows[n] * RK_FM_RECORD(k);
    ask_for_row(b, n + 1 < end ? n + 1 : n, k);
    const float x = b->column_values[n], xx = x * x;
    const float count = row[COUNT(k)], constant = row[CONSTANT(k)];
    const float e =
        row[RESIDUAL(k)] - (count * constant + product(row + MOVED(k), row + SUMS(k), k));
    for (size_t lane = 0; lane < k; lane += 16) {
      const v16 moved = *(const v16 *)(row + MOVED(k) + lane), step = moved * x;
      const v16 sums = *(const v16 *)(row + SUMS(k) + lane);
      const v16 g = moved - *(const v16 *)(weight + lane) * x;
      const v16 t = (sums + g * (0.5f * count)) * xx, gxx = g * xx;
      for (size_t f = 0; f < factors; f++) {
        const v16 row_f = *(const v16 *)(row + f * k + lane);
        const float g_f = row[MOVED(k) + f] - weight[f] * x;
        const float t_f = row[SUMS(k) + f] + g_f * (0.5f * count);
        *(v16 *)(record + f * k + lane) += row_f * xx + (t * g_f + gxx * t_f);
        products[f] += row_f * step;
      }
      *(v16 *)(record + SUMS(k) + lane) += (sums + g * count) * xx;
      *(v16 *)(record + RESIDUALS(k) + lane) +=
          (*(const v16 *)(row + RESIDUALS(k) + lane) - sums * constant + g * e) * x;
    }
    record[COUNT(k)] += count * xx;
    record[RESIDUAL(k)] += e * x;
  }
  for (size_t f = 0; f < factors; f++) record[RESIDUALS(k) + f] -= fold16(products + f);
}

// The same where the entries are the ratings themselves: h = x (q - x v).
INLINE void add_ratings8(const rk_fm_block *b, const float *weight, uint64_t first, uint64_t end,
                         float *record) {
  const v8 v = *(const v8 *)weight;
  diagonals moments = {0};
  v8 cross = {0}, residuals = {0};
  float squares = 0, total = 0;
  for (uint64_t n = first; n < end; n++) {
    const uint32_t rating = b->column_rows[n];
    const float x = b->column_values[n], e = b->residuals[rating];
    const v8 h = (*(const v8 *)(b->sums + rating * 8ul) - v * x) * x;
    add_outer(&moments, &h);
    cross += h * x;
    residuals += h * e;
    squares += x * x;
    total += e * x;
  }
  write_record8(record, &moments, squares, total, &cross, &residuals);
}

INLINE void add_ratings(const rk_fm_block *b, const float *weight, uint64_t first, uint64_t end,
                        float *record, size_t factors, size_t k) {
  memset(record, 0, RK_FM_RECORD(k) * sizeof *record);
  for (uint64_t n = first; n < end; n++) {
    const uint32_t rating = b->column_rows[n];
    const float x = b->column_values[n], e = b->residuals[rating];
    const float *q = b->sums + rating * k;
    for (size_t lane = 0; lane < k; lane += 16) {
      const v16 h = (*(const v16 *)(q + lane) - *(const v16 *)(weight + lane) * x) * x;
      for (size_t f = 0; f < factors; f++)
        *(v16 *)(record + f * k + lane) += h * ((q[f] - weight[f] * x) * x);
      *(v16 *)(record + SUMS(k) + lane) += h * x;
      *(v16 *)(record + RESIDUALS(k) + lane) += h * e;
    }
    record[COUNT(k)] += x * x;
    record[RESIDUAL(k)] += e * x;
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
