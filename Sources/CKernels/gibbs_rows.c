#include <string.h>

#include "gibbs.h"

// What is summed over all ratings, row by row.

INLINE void row_sums(const float *weights, size_t k, const uint64_t *starts, const uint32_t *indices,
                     const float *values, size_t first, size_t end, float *own, float *constants) {
  for (size_t row = first; row < end; row++)
    constants[row] =
        row_sum(weights, k, indices, values, starts[row], starts[row + 1], own + row * k);
}

CLONES void rk_fm_row_sums(const float *weights, size_t k, const uint64_t *starts,
                           const uint32_t *indices, const float *values, size_t first, size_t end,
                           float *own, float *constants) {
  FOR_EACH_K(k, row_sums(weights, K, starts, indices, values, first, end, own, constants))
}

INLINE void outputs(const rk_fm_rows *blocks, size_t block_count, size_t k, const float *targets,
                    float intercept, size_t first, size_t end, float *sums, float *residuals) {
  for (size_t n = first; n < end; n++) {
    float constant = 0;
    float *sum = sums + n * k;
    if (k == 8) {
      v8 all = {0};
      for (size_t b = 0; b < block_count; b++) {
        const uint32_t row = blocks[b].row_of_rating[n];
        all += *(const v8 *)(blocks[b].own + row * k);
        constant += blocks[b].constants[row];
      }
      *(v8 *)sum = all;
    } else {
      memset(sum, 0, k * sizeof *sum);
      for (size_t b = 0; b < block_count; b++) {
        const uint32_t row = blocks[b].row_of_rating[n];
        for (size_t lane = 0; lane < k; lane += 16)
          *(v16 *)(sum + lane) += *(const v16 *)(blocks[b].own + row * k + lane);
        constant += blocks[b].constants[row];
      }
    }
    residuals[n] = targets[n] - (intercept + constant + 0.5f * product(sum, sum, k));
  }
}

CLONES void rk_fm_outputs(const rk_fm_rows *blocks, size_t block_count, size_t k,
                          const float *targets, float intercept, size_t first, size_t end,
                          float *sums, float *residuals) {
  FOR_EACH_K(k, outputs(blocks, block_count, K, targets, intercept, first, end, sums, residuals))
}

// Asks for what belongs to a rating some places ahead in the rows' lists, which lie end to end: the
// ratings of a row are anywhere. The last places ask for the last rating again.
INLINE void ask_ahead(const rk_fm_block *b, uint64_t n, uint64_t last, size_t k) {
  const uint32_t rating = b->ratings[n + 12 < last ? n + 12 : last];
  __builtin_prefetch(b->sums + rating * k);
  __builtin_prefetch(b->residuals + rating);
}

INLINE void moments8(const rk_fm_block *b, size_t row, uint64_t last) {
  float *record = b->records + row * RK_FM_RECORD(8);
  diagonals moments = {0};
  v8 sums = {0}, residuals = {0};
  float total = 0;
  for (uint64_t n = b->rating_starts[row]; n < b->rating_starts[row + 1]; n++) {
    const uint32_t rating = b->ratings[n];
    ask_ahead(b, n, last, 8);
    const v8 q = *(const v8 *)(b->sums + rating * 8ul);
    const float e = b->residuals[rating];
    add_outer(&moments, &q);
    sums += q;
    residuals += q * e;
    total += e;
  }
  write_record8(record, &moments, (float)(b->rating_starts[row + 1] - b->rating_starts[row]), total,
                &sums, &residuals);
}

// Of more factors, sixteen times sixteen of the second moments at a time, in registers where they are
// enough.
INLINE void moments(const rk_fm_block *b, size_t row, uint64_t last, size_t k) {
  const uint64_t first = b->rating_starts[row], end = b->rating_starts[row + 1];
  float *record = b->records + row * RK_FM_RECORD(k);
  float total = 0;
  for (uint64_t n = first; n < end; n++) {
    ask_ahead(b, n, last, k);
    total += b->residuals[b->ratings[n]];
  }
  for (size_t lane = 0; lane < k; lane += 16) {
    for (size_t from = 0; from < k; from += 16) {
      v16 products[16] = {0}, sums = {0}, residuals = {0};
      for (uint64_t n = first; n < end; n++) {
        const uint32_t rating = b->ratings[n];
        const float *q = b->sums + rating * k;
        const v16 part = *(const v16 *)(q + lane);
        UNROLLED for (size_t f = 0; f < 16; f++) products[f] += part * q[from + f];
        sums += part;
        residuals += part * b->residuals[rating];
      }
      UNROLLED for (size_t f = 0; f < 16; f++)
        *(v16 *)(record + (from + f) * k + lane) = products[f];
      *(v16 *)(record + SUMS(k) + lane) = sums;
      *(v16 *)(record + RESIDUALS(k) + lane) = residuals;
    }
    *(v16 *)(record + MOVED(k) + lane) = (v16){0};
  }
  *(v16 *)(record + COUNT(k)) = (v16){(float)(end - first), total};
}

CLONES void rk_fm_moments(const rk_fm_block *block, size_t first, size_t end) {
  const uint64_t last = block->rating_starts[end] - 1;
  if (block->k == 8) {
    for (size_t row = first; row < end; row++) moments8(block, row, last);
  } else {
    for (size_t row = first; row < end; row++) FOR_EACH_K(block->k, moments(block, row, last, K))
  }
}

INLINE void push(const rk_fm_block *b, size_t row, uint64_t last, size_t k) {
  const float *record = b->records + row * RK_FM_RECORD(k);
  const float *moved = record + MOVED(k);
  const float constant = record[CONSTANT(k)];
  for (uint64_t n = b->rating_starts[row]; n < b->rating_starts[row + 1]; n++) {
    const uint32_t rating = b->ratings[n];
    ask_ahead(b, n, last, k);
    float *q = b->sums + rating * k;
    b->residuals[rating] -= constant + product(q, moved, k);
    if (k == 8) *(v8 *)q += *(const v8 *)moved;
    else
      for (size_t lane = 0; lane < k; lane += 16)
        *(v16 *)(q + lane) += *(const v16 *)(moved + lane);
  }
}

CLONES void rk_fm_push(const rk_fm_block *block, size_t first, size_t end) {
  const uint64_t last = block->rating_starts[end] - 1;
  for (size_t row = first; row < end; row++) FOR_EACH_K(block->k, push(block, row, last, K))
}

CLONES void rk_fm_residual_sums(const float *residuals, size_t count, float *sum, float *squares) {
  v16 total = {0}, square = {0};
  size_t n = 0;
  for (; n + 16 <= count; n += 16) {
    const v16 part = *(const v16_unaligned *)(residuals + n);
    total += part;
    square += part * part;
  }
  v16 rest = {0};
  memcpy(&rest, residuals + n, (count - n) * sizeof *residuals);
  total += rest;
  square += rest * rest;
  *sum = fold16(&total);
  *squares = fold16(&square);
}

CLONES void rk_fm_group_sums(const float *weights, size_t stride, size_t first, size_t end,
                             const float *means, float *sums, float *squares) {
  for (size_t lane = 0; lane < stride; lane += 16) {
    const v16 mean = *(const v16 *)(means + lane);
    v16 total = {0}, square = {0};
    for (size_t feature = first; feature < end; feature++) {
      const v16 weight = *(const v16 *)(weights + feature * stride + lane);
      const v16 distance = weight - mean;
      total += weight;
      square += distance * distance;
    }
    *(v16 *)(sums + lane) = total;
    *(v16 *)(squares + lane) = square;
  }
}
