#include "gibbs.h"
#include "philox.h"
#include "transpose.h"

// Sixteen natural logarithms of numbers of (0, 1]: x = 2^n m with m in [sqrt 1/2, sqrt 2), and
// ln m = 2 artanh(s) with s = (m - 1) / (m + 1), by its series up to s^9 / 9.
INLINE void logarithm(const v16 *argument, v16 *result) {
  const v16i bits = (v16i)*argument;
  // 0x3F3504F3 are the bits of the root of 1/2.
  const v16i exponent = (bits - 0x3F3504F3) >> 23;
  const v16 m = (v16)(bits - (exponent << 23));
  const v16 s = (m - 1.0f) / (m + 1.0f), square = s * s;
  v16 sum = square * (2 / 9.0f) + 2 / 7.0f;
  sum = sum * square + 2 / 5.0f;
  sum = sum * square + 2 / 3.0f;
  sum = sum * square + 2.0f;
  *result = __builtin_convertvector(exponent, v16) * 0.6931471806f + sum * s;
}

// Sine and cosine of 2 pi u for u of [0, 1): the nearest quarter turn is taken off, and the series of
// what is left go up to the ninth power.
INLINE void sine_and_cosine(const v16 *turns, v16 *sine, v16 *cosine) {
  const v16i quarter = __builtin_convertvector(*turns * 4.0f + 0.5f, v16i);
  const v16 x = (*turns - __builtin_convertvector(quarter, v16) * 0.25f) * 6.283185307f;
  const v16 square = x * x;
  v16 s = square * (1 / 362880.0f) - 1 / 5040.0f;
  s = s * square + 1 / 120.0f;
  s = s * square - 1 / 6.0f;
  s = x + x * square * s;
  v16 c = square * (1 / 40320.0f) - 1 / 720.0f;
  c = c * square + 1 / 24.0f;
  c = c * square - 0.5f;
  c = c * square + 1.0f;
  const v16i swapped = (quarter & 1) != 0;
  const v16i sine_sign = (quarter & 2) << 30, cosine_sign = ((quarter + 1) & 2) << 30;
  *sine = (v16)((((v16i)s & ~swapped) | ((v16i)c & swapped)) ^ sine_sign);
  *cosine = (v16)((((v16i)c & ~swapped) | ((v16i)s & swapped)) ^ cosine_sign);
}

// Two times sixteen normal numbers of as many words (Box and Muller, 1958).
INLINE void normals(const v16u *first, const v16u *second, v16 *a, v16 *b) {
  const v16 u = (__builtin_convertvector((v16i)(*first >> 8), v16) + 1.0f) * 0x1p-24f;
  const v16 turns = __builtin_convertvector((v16i)(*second >> 8), v16) * 0x1p-24f;
  v16 logarithms, sine, cosine;
  logarithm(&u, &logarithms);
  const v16 radius = __builtin_elementwise_sqrt(logarithms * -2.0f);
  sine_and_cosine(&turns, &sine, &cosine);
  *a = radius * cosine;
  *b = radius * sine;
}

CLONES void rk_fm_normals(uint32_t seed, uint32_t stream, uint32_t epoch, uint64_t position,
                          uint32_t unit, size_t first, size_t end, size_t k, size_t rank,
                          float *target) {
  const v16u lanes = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
  const size_t stride = RK_FM_STRIDE(k);
  for (size_t feature = first; feature < end; feature += 16) {
    const size_t count = end - feature < 16 ? end - feature : 16;
    const v16u low = lanes + (uint32_t)(position + feature);
    const v16u carry = (v16u)(low < lanes);
    const v16u high = (uint32_t)((position + feature) >> 32) - carry;
    for (size_t part = 0; part < stride; part += 16) {
      // Lane by lane the numbers of sixteen features, then a row for each.
      v16 rows[16] = {0};
      for (size_t i = 0; i < 16 && part + i <= k; i += 4) {
        const size_t lane = part + i;
        if (lane >= rank && lane < k) continue;
        const size_t drawn = lane == k ? 1 : rank - lane < 4 ? rank - lane : 4;
        words w = {(v16u){0} + epoch, low, high, (v16u){0} + (unit + (uint32_t)(lane / 4))};
        draw(&w, seed, stream);
        v16 numbers[4] = {0};
        normals(&w.a, &w.b, &numbers[0], &numbers[1]);
        if (drawn > 2) normals(&w.c, &w.d, &numbers[2], &numbers[3]);
        for (size_t n = 0; n < drawn; n++) rows[i + n] = numbers[n];
      }
      transpose16(rows);
      for (size_t n = 0; n < count; n++)
        *(v16 *)(target + (feature + n) * stride + part) = rows[n];
    }
  }
}
