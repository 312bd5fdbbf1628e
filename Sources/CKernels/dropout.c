#include "CKernels.h"
#include "philox.h"

CLONES void rk_dropout_gates(float *gates, size_t stride, size_t rows, rk_dropout dropout) {
  const v16u calls = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
  const v16i kept = (v16i)((v16){0} + dropout.kept);
  for (size_t row = 0; row < rows; row++) {
    uint64_t position = dropout.position + row;
    for (size_t lane = 0; lane < stride; lane += 64) {
      words w = {(v16u){0} + dropout.epoch, (v16u){0} + (uint32_t)position,
                 (v16u){0} + (uint32_t)(position >> 32),
                 calls + (dropout.unit + (uint32_t)(lane / 4))};
      draw(&w, dropout.seed, dropout.stream);
      // The words of a call are those of four units side by side.
      v16u ab = __builtin_shufflevector(w.a, w.b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22,
                                        7, 23);
      v16u cd = __builtin_shufflevector(w.c, w.d, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22,
                                        7, 23);
      v16u AB = __builtin_shufflevector(w.a, w.b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14,
                                        30, 15, 31);
      v16u CD = __builtin_shufflevector(w.c, w.d, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14,
                                        30, 15, 31);
      const v16u units[4] = {
          __builtin_shufflevector(ab, cd, 0, 1, 16, 17, 2, 3, 18, 19, 4, 5, 20, 21, 6, 7, 22, 23),
          __builtin_shufflevector(ab, cd, 8, 9, 24, 25, 10, 11, 26, 27, 12, 13, 28, 29, 14, 15, 30,
                                  31),
          __builtin_shufflevector(AB, CD, 0, 1, 16, 17, 2, 3, 18, 19, 4, 5, 20, 21, 6, 7, 22, 23),
          __builtin_shufflevector(AB, CD, 8, 9, 24, 25, 10, 11, 26, 27, 12, 13, 28, 29, 14, 15, 30,
                                  31),
      };
      float *target = gates + row * stride + lane;
      for (size_t part = 0; part < 4 && lane + part * 16 < stride; part++) {
        *(v16i *)(target + part * 16) = kept & ~(units[part] < dropout.threshold);
      }
    }
  }
}
