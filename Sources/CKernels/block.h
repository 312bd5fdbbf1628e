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
    *steps = error * loss.range * share * (1.0f - share);
    return;
  }
  v4 place = (*values - loss.minimum) / loss.range;
  v4 above = (v4)((v4i)*products & positive);
  *sums += above - *products * place + logarithm1p(&power);
  *steps = place - share;
}

// The lanes of a dot product folded from 16 to 4, in the order of fold16.
INLINE void fold_to_four(const v16 *sum, v4 *folded) {
  const v16 x = *sum;
  v8 half = __builtin_shufflevector(x, x, 0, 1, 2, 3, 4, 5, 6, 7) +
            __builtin_shufflevector(x, x, 8, 9, 10, 11, 12, 13, 14, 15);
  *folded = __builtin_shufflevector(half, half, 0, 1, 2, 3) +
            __builtin_shufflevector(half, half, 4, 5, 6, 7);
}

// Four dot products folded from 4 lanes to one, side by side.
INLINE void fold_four(const v4 *t, v4 *products) {
  v4 a = __builtin_shufflevector(t[0], t[1], 0, 4, 1, 5) +
         __builtin_shufflevector(t[0], t[1], 2, 6, 3, 7);
  v4 b = __builtin_shufflevector(t[2], t[3], 0, 4, 1, 5) +
         __builtin_shufflevector(t[2], t[3], 2, 6, 3, 7);
  *products = __builtin_shufflevector(a, b, 0, 1, 4, 5) + __builtin_shufflevector(a, b, 2, 3, 6, 7);
}

INLINE void row_product(const float *a, const float *b, size_t stride, v16 *sum) {
  *sum = *(const v16 *)a * *(const v16 *)b;
  for (size_t lane = 16; lane < stride; lane += 16) {
    *sum += *(const v16 *)(a + lane) * *(const v16 *)(b + lane);
  }
}

// The dot products of up to four ratings, their losses and their steps; missing ones count nothing.
INLINE void quad_steps(const float *users, const float *items, size_t stride,
                       const rk_rating *ratings, size_t count, rk_loss loss, v4 *losses,
                       v4 *steps) {
  v4 folded[4] = {{0}}, values = {0}, products, sums = {0};
  for (size_t s = 0; s < count; s++) {
    v16 sum;
    row_product(users + ratings[s].user * stride, items + ratings[s].item * stride, stride, &sum);
    fold_to_four(&sum, &folded[s]);
    values[s] = ratings[s].value;
  }
  fold_four(folded, &products);
  four_losses(&products, &values, loss, &sums, steps);
  for (size_t s = 0; s < count; s++) (*losses)[s] += sums[s];
}

#endif
