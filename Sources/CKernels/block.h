#ifndef RECJOB_BLOCK_H
#define RECJOB_BLOCK_H

#include "CKernels.h"
#include "vector.h"

// The losses of four ratings and minus their slopes by the dot products (half of them for squared
// errors).
INLINE void four_losses(const v4 *products, const v4 *values, rk_loss loss, v4 *sums, v4 *steps) {
  if (loss.kind == RK_SQUARED_ERROR) {
    v4 error = *values - (*products + loss.offset);
    *sums += error * error;
    *steps = error;
    return;
  }
  v4 magnitude = __builtin_elementwise_abs(*products);
  v4 opposite = -magnitude;
  v4 power = exponential(&opposite);
  v4 lower = power / (1.0f + power);
  // s(z) = 1 - s(-z) keeps its precision at both ends.
  v4i positive = *products > 0.0f;
  v4 share = (v4)(((v4i)(1.0f - lower) & positive) | ((v4i)lower & ~positive));
  if (loss.kind == RK_SQUARED_LOGISTIC_ERROR) {
    v4 error = *values - (share * loss.range + loss.minimum);
    *sums += error * error;
    *steps = (error * loss.range) * (share * (1.0f - share));
    return;
  }
  v4 place = (*values - loss.minimum) / loss.range;
  v4 above = (v4)((v4i)*products & positive);
  *sums += above - *products * place + logarithm1p(&power);
  *steps = place - share;
}

// Four dot products, each folded 16 -> 8 -> 4 -> 2 -> 1 as by fold16, all four side by side.
INLINE void fold_four(const v16 *sums, v4 *products) {
#define HALVES(a, b, first)                                                                        \
  __builtin_shufflevector(a, b, first, first + 1, first + 2, first + 3, first + 4, first + 5,      \
                          first + 6, first + 7, first + 16, first + 17, first + 18, first + 19,    \
                          first + 20, first + 21, first + 22, first + 23)
#define QUARTERS(a, b, first)                                                                      \
  __builtin_shufflevector(a, b, first, first + 1, first + 2, first + 3, first + 8, first + 9,      \
                          first + 10, first + 11, first + 16, first + 17, first + 18, first + 19,  \
                          first + 24, first + 25, first + 26, first + 27)
  v16 a = HALVES(sums[0], sums[1], 0) + HALVES(sums[0], sums[1], 8);
  v16 b = HALVES(sums[2], sums[3], 0) + HALVES(sums[2], sums[3], 8);
  v16 c = QUARTERS(a, b, 0) + QUARTERS(a, b, 4);
  c += __builtin_shufflevector(c, c, 2, 3, 2, 3, 6, 7, 6, 7, 10, 11, 10, 11, 14, 15, 14, 15);
  c += __builtin_shufflevector(c, c, 1, 1, 1, 1, 5, 5, 5, 5, 9, 9, 9, 9, 13, 13, 13, 13);
  *products = __builtin_shufflevector(c, c, 0, 4, 8, 12);
#undef HALVES
#undef QUARTERS
}

// The products of two rows, lane by lane of their vectors. Of the last vector only the lower half is
// read if the upper one is known to be zero.
INLINE void row_product(const float *a, const float *b, size_t stride, int half, v16 *sum) {
  const size_t whole = half ? stride - 16 : stride;
  v16 products = {0};
  if (whole > 0) products = *(const v16 *)a * *(const v16 *)b;
  for (size_t lane = 16; lane < whole; lane += 16) {
    products += *(const v16 *)(a + lane) * *(const v16 *)(b + lane);
  }
  if (half) {
    const v8 last = *(const v8 *)(a + whole) * *(const v8 *)(b + whole);
    products += __builtin_shufflevector(last, (v8){0}, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13,
                                        14, 15);
  }
  *sum = products;
}

// The dot products of up to four ratings, their losses and their steps; missing ones count nothing.
INLINE void quad_steps(const float *users, const float *items, size_t stride, int half,
                       const rk_rating *ratings, size_t count, rk_loss loss, v4 *losses,
                       v4 *steps) {
  v16 products[4] = {{0}};
  v4 values = {0}, scores, sums = {0};
  for (size_t s = 0; s < count; s++) {
    row_product(users + ratings[s].user * stride, items + ratings[s].item * stride, stride, half,
                &products[s]);
    values[s] = ratings[s].value;
  }
  fold_four(products, &scores);
  four_losses(&scores, &values, loss, &sums, steps);
  for (size_t s = 0; s < count; s++) (*losses)[s] += sums[s];
}

#endif
