#ifndef RECJOB_PHILOX_H
#define RECJOB_PHILOX_H

#include "vector.h"

// Four words of each of sixteen calls of Philox4x32-10 (Salmon et al., 2011).
typedef struct {
  v16u a, b, c, d;
} words;

// The upper and lower halves of the products of sixteen words and one.
#define PRODUCTS(x, factor, high, low)                                                             \
  v16u high, low;                                                                                  \
  {                                                                                                \
    v8ul even = ((v8ul)x & 0xFFFFFFFFu) * (uint64_t)factor;                                        \
    v8ul odd = ((v8ul)x >> 32) * (uint64_t)factor;                                                 \
    high = (v16u)((even >> 32) | (odd & 0xFFFFFFFF00000000u));                                     \
    low = (v16u)((even & 0xFFFFFFFFu) | (odd << 32));                                              \
  }

INLINE void draw(words *w, uint32_t key0, uint32_t key1) {
  for (int round = 0; round < 10; round++) {
    PRODUCTS(w->a, 0xD2511F53u, high0, low0)
    PRODUCTS(w->c, 0xCD9E8D57u, high1, low1)
    w->a = high1 ^ w->b ^ key0;
    w->b = low1;
    w->c = high0 ^ w->d ^ key1;
    w->d = low0;
    key0 += 0x9E3779B9u;
    key1 += 0xBB67AE85u;
  }
}

#undef PRODUCTS

#endif
