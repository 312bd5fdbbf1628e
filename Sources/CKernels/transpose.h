#ifndef RECJOB_TRANSPOSE_H
#define RECJOB_TRANSPOSE_H

#include "vector.h"

// Exchanges elements whose row has the bit s of their numbers and whose column has not with those the
// other way round.
#define LOW_(n, s, lane) ((lane) & (s) ? n + ((lane) ^ (s)) : (lane))
#define HIGH_(n, s, lane) ((lane) & (s) ? n + (lane) : (lane) | (s))
#define FOUR_(which, n, s, lane)                                                                   \
  which(n, s, lane), which(n, s, lane + 1), which(n, s, lane + 2), which(n, s, lane + 3)
#define LANES_4(which, n, s) FOUR_(which, n, s, 0)
#define LANES_8(which, n, s) LANES_4(which, n, s), FOUR_(which, n, s, 4)
#define LANES_16(which, n, s) LANES_8(which, n, s), FOUR_(which, n, s, 8), FOUR_(which, n, s, 12)
#define EXCHANGE(n, s)                                                                             \
  UNROLLED for (int i = 0; i < n; i++) if (!(i & (s))) {                                           \
    const v##n one = rows[i], other = rows[i | (s)];                                               \
    rows[i] = __builtin_shufflevector(one, other, LANES_##n(LOW_, n, s));                          \
    rows[i | (s)] = __builtin_shufflevector(one, other, LANES_##n(HIGH_, n, s));                   \
  }

// Exchanges the rows of a square with its columns.
INLINE void transpose4(v4 *rows) { EXCHANGE(4, 2) EXCHANGE(4, 1) }
INLINE void transpose8(v8 *rows) { EXCHANGE(8, 4) EXCHANGE(8, 2) EXCHANGE(8, 1) }
INLINE void transpose16(v16 *rows) { EXCHANGE(16, 8) EXCHANGE(16, 4) EXCHANGE(16, 2) EXCHANGE(16, 1) }

#undef EXCHANGE
#undef LANES_16
#undef LANES_8
#undef LANES_4
#undef FOUR_
#undef HIGH_
#undef LOW_

#endif
