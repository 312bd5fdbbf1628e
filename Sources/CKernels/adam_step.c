#include "CKernels.h"
#include "vector.h"

// Moments below this are set to zero in the steps that clean: left alone, those of a parameter whose
// gradient stays zero decay into denormal numbers, which most processors compute many times more
// slowly.
#define TINY 1e-30f

// Sixteen lanes of a row: weights, moments, and the denominator of the step.
typedef struct {
  v16 w, m, v, d;
} lanes;

INLINE void load(lanes *x, const float *weights, const float *momentum, const float *velocity) {
  x->w = *(const v16 *)weights;
  x->m = *(const v16 *)momentum;
  x->v = *(const v16 *)velocity;
}

INLINE void store(const lanes *x, float *weights, float *momentum, float *velocity) {
  *(v16 *)weights = x->w;
  *(v16 *)momentum = x->m;
  *(v16 *)velocity = x->v;
}

// The new moments and the denominator. `gradient` is null where there is none but the penalty's.
INLINE void moments(lanes *x, const float *_Nullable gradient, const float *doubled,
                    const rk_adam_parameters *p, v16 *sum) {
  v16 g = *(const v16 *)doubled * x->w;
  *sum += g * x->w;
  if (gradient) g = *(const v16 *)gradient + g;
  x->m = x->m * p->momentum_decay + g * p->momentum_share;
  x->v = x->v * p->velocity_decay + g * g * p->velocity_share;
  if (p->clean) {
    x->m = (v16)((v16i)x->m & ((x->m > TINY) | (x->m < -TINY)));
    x->v = (v16)((v16i)x->v & (x->v > TINY));
  }
  x->d = __builtin_elementwise_sqrt(x->v) + p->epsilon;
}

// Moves four vectors with one division, which is what a processor does slowest here: with the
// denominators a, b, c, d, the reciprocal of a is (1 / abcd) * cd * b.
INLINE void step4(lanes x[4], const float *_Nullable gradient, const float *doubled,
                  const rk_adam_parameters *p, v16 *sum) {
  for (int i = 0; i < 4; i++) {
    moments(&x[i], gradient ? gradient + 16 * i : 0, doubled + 16 * i, p, sum);
  }
  v16 d01 = x[0].d * x[1].d;
  v16 d23 = x[2].d * x[3].d;
  v16 share = p->rate / (d01 * d23);
  v16 share01 = share * d23;
  v16 share23 = share * d01;
  x[0].w -= x[0].m * (share01 * x[1].d);
  x[1].w -= x[1].m * (share01 * x[0].d);
  x[2].w -= x[2].m * (share23 * x[3].d);
  x[3].w -= x[3].m * (share23 * x[2].d);
}

INLINE void step1(lanes *x, const float *_Nullable gradient, const float *doubled,
                  const rk_adam_parameters *p, v16 *sum) {
  moments(x, gradient, doubled, p, sum);
  x->w -= x->m * (p->rate / x->d);
}

// One row by one or more steps, four vectors at a time and the rest one by one. The row is loaded
// and stored once, because several steps would otherwise wait for the caches.
INLINE void move_row(float *weights, float *momentum, float *velocity, size_t stride,
                     const float *_Nullable gradient, const float *doubled,
                     const rk_adam_parameters *steps, size_t step_count, v16 *sums) {
  size_t lane = 0;
  for (; lane + 64 <= stride; lane += 64) {
    lanes x[4];
    for (int i = 0; i < 4; i++) {
      size_t at = lane + 16 * i;
      load(&x[i], weights + at, momentum + at, velocity + at);
    }
    for (size_t s = 0; s < step_count; s++) {
      step4(x, gradient ? gradient + lane : 0, doubled + lane, &steps[s], &sums[s]);
    }
    for (int i = 0; i < 4; i++) {
      size_t at = lane + 16 * i;
      store(&x[i], weights + at, momentum + at, velocity + at);
    }
  }
  for (; lane < stride; lane += 16) {
    lanes x;
    load(&x, weights + lane, momentum + lane, velocity + lane);
    for (size_t s = 0; s < step_count; s++) {
      step1(&x, gradient ? gradient + lane : 0, doubled + lane, &steps[s], &sums[s]);
    }
    store(&x, weights + lane, momentum + lane, velocity + lane);
  }
}

CLONES void rk_adam_rest(float *weights, float *momentum, float *velocity, size_t rows,
                         size_t stride, const uint32_t *_Nullable skipped, size_t skipped_count,
                         const float *doubled, const rk_adam_parameters *steps, size_t step_count,
                         float *penalties) {
  v16 sums[RK_ADAM_MOST_STEPS] = {{0}};
  size_t row = 0;
  for (size_t next = 0; next <= skipped_count; next++) {
    size_t end = next < skipped_count ? skipped[next] : rows;
    for (; row < end; row++) {
      size_t at = row * stride;
      move_row(weights + at, momentum + at, velocity + at, stride, 0, doubled, steps, step_count,
               sums);
    }
    row = end + 1;
  }
  for (size_t s = 0; s < step_count; s++) penalties[s] = 0.5f * fold16(&sums[s]);
}

CLONES float rk_adam_rows(float *weights, float *momentum, float *velocity, size_t stride,
                          const uint32_t *moved, const int32_t *gradient_rows, size_t count,
                          const float *gradients, const float *doubled,
                          rk_adam_parameters parameters) {
  v16 sum = {0};
  for (size_t n = 0; n < count; n++) {
    size_t at = moved[n] * stride;
    if (gradient_rows[n] < 0) {
      move_row(weights + at, momentum + at, velocity + at, stride, 0, doubled, &parameters, 1,
               &sum);
    } else {
      move_row(weights + at, momentum + at, velocity + at, stride,
               gradients + gradient_rows[n] * stride, doubled, &parameters, 1, &sum);
    }
  }
  return 0.5f * fold16(&sum);
}
