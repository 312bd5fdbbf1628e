#include "CKernels.h"

#include <string.h>

#include "philox.h"

typedef double v4d __attribute__((vector_size(32), aligned(8), may_alias));

// The words at 16 positions that are `offset` behind the place's.
INLINE void draw_at(rk_random_place place, const v16u *offset, words *w) {
  v16u low = *offset + (uint32_t)place.position;
  // A lane in which the sum wrapped around is all ones, which is -1.
  v16u carry = (v16u)(low < *offset);
  *w = (words){(v16u){0} + place.epoch, low, (uint32_t)(place.position >> 32) - carry,
               (v16u){0} + place.unit};
  draw(w, place.seed, place.stream);
}

INLINE void draw_pairs(rk_random_place place, const uint32_t *offsets, size_t lanes,
                       uint32_t *first, uint32_t *second) {
  v16u offset = {0};
  memcpy(&offset, offsets, lanes * sizeof *offsets);
  words w;
  draw_at(place, &offset, &w);
  memcpy(first, &w.a, lanes * sizeof *first);
  memcpy(second, &w.b, lanes * sizeof *second);
}

CLONES void rk_random_pairs(rk_random_place place, const uint32_t *offsets, size_t count,
                            uint32_t *first, uint32_t *second) {
  size_t done = 0;
  for (; done + 16 <= count; done += 16)
    draw_pairs(place, offsets + done, 16, first + done, second + done);
  if (done < count) draw_pairs(place, offsets + done, count - done, first + done, second + done);
}

CLONES void rk_resample(rk_random_place place, const double *rows, size_t row_count, size_t draws,
                        double *sums) {
  const v16u lanes = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
  v4d sum = {0};
  for (size_t done = 0; done < draws; done += 64) {
    words w;
    draw_at(place, &lanes, &w);
    place.position += 16;
    uint32_t drawn[4][16];
    memcpy(drawn, &w, sizeof drawn);
    size_t count = draws - done < 64 ? draws - done : 64;
    for (size_t n = 0; n < count; n++) {
      uint64_t word = drawn[n % 4][n / 4];
      sum += *(const v4d *)(rows + (word * row_count >> 32) * 4);
    }
  }
  memcpy(sums, &sum, sizeof sum);
}
