#include "CKernels.h"

#include <string.h>

#include "philox.h"

INLINE void draw_pairs(rk_random_place place, const uint32_t *offsets, size_t lanes,
                       uint32_t *first, uint32_t *second) {
  v16u offset = {0};
  memcpy(&offset, offsets, lanes * sizeof *offsets);
  v16u low = offset + (uint32_t)place.position;
  // A lane in which the sum wrapped around is all ones, which is -1.
  v16u carry = (v16u)(low < offset);
  words w = {(v16u){0} + place.epoch, low, (uint32_t)(place.position >> 32) - carry,
             (v16u){0} + place.unit};
  draw(&w, place.seed, place.stream);
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
