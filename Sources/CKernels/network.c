#include "CKernels.h"
#include "vector.h"

#include <string.h>

// The sums over `inputs` of a scalar of some rows times a vector of the other matrix. `count` is a
// constant where this is used, so that the sums stay in registers: four of them hide the latency of
// an addition.
INLINE void multiply(const float *rows, size_t row_stride, int count, const float *matrix,
                     size_t matrix_stride, size_t inputs, v16 *sums) {
  for (int r = 0; r < count; r++) sums[r] = (v16){0};
  for (size_t input = 0; input < inputs; input++) {
    v16 weights = *(const v16 *)(matrix + input * matrix_stride);
    for (int r = 0; r < count; r++) sums[r] += rows[r * row_stride + input] * weights;
  }
}

INLINE void forward(const float *inputs, size_t input_stride, size_t input_count,
                    const float *kernel, const float *bias, float *outputs, size_t output_stride,
                    int count) {
  for (size_t lane = 0; lane < output_stride; lane += 16) {
    v16 sums[4];
    multiply(inputs, input_stride, count, kernel + lane, output_stride, input_count, sums);
    for (int r = 0; r < count; r++) {
      *(v16 *)(outputs + r * output_stride + lane) = sums[r] + *(const v16 *)(bias + lane);
    }
  }
}

CLONES void rk_dense_forward(const float *inputs, size_t input_stride, size_t input_count,
                             const float *kernel, const float *bias, float *outputs,
                             size_t output_stride, size_t rows) {
  size_t row = 0;
  for (; row + 4 <= rows; row += 4) {
    forward(inputs + row * input_stride, input_stride, input_count, kernel, bias,
            outputs + row * output_stride, output_stride, 4);
  }
  for (; row < rows; row++) {
    forward(inputs + row * input_stride, input_stride, input_count, kernel, bias,
            outputs + row * output_stride, output_stride, 1);
  }
}

INLINE void backward(const float *slopes, size_t slope_stride, size_t slope_count,
                     const float *turned, float *gates, size_t gate_stride, int count) {
  for (size_t lane = 0; lane < gate_stride; lane += 16) {
    v16 sums[4];
    multiply(slopes, slope_stride, count, turned + lane, gate_stride, slope_count, sums);
    for (int r = 0; r < count; r++) *(v16 *)(gates + r * gate_stride + lane) *= sums[r];
  }
}

CLONES void rk_dense_backward(const float *slopes, size_t slope_stride, size_t slope_count,
                              const float *turned, float *gates, size_t gate_stride, size_t rows) {
  size_t row = 0;
  for (; row + 4 <= rows; row += 4) {
    backward(slopes + row * slope_stride, slope_stride, slope_count, turned,
             gates + row * gate_stride, gate_stride, 4);
  }
  for (; row < rows; row++) {
    backward(slopes + row * slope_stride, slope_stride, slope_count, turned,
             gates + row * gate_stride, gate_stride, 1);
  }
}

INLINE void gradient_rows(const float *inputs, size_t input_stride, const float *slopes,
                          size_t slope_stride, size_t rows, float *gradients, int count) {
  for (size_t lane = 0; lane < slope_stride; lane += 16) {
    v16 sums[4];
    for (int i = 0; i < count; i++) sums[i] = *(const v16 *)(gradients + i * slope_stride + lane);
    for (size_t row = 0; row < rows; row++) {
      v16 slope = *(const v16 *)(slopes + row * slope_stride + lane);
      for (int i = 0; i < count; i++) sums[i] += inputs[row * input_stride + i] * slope;
    }
    for (int i = 0; i < count; i++) *(v16 *)(gradients + i * slope_stride + lane) = sums[i];
  }
}

CLONES void rk_dense_gradient(const float *inputs, size_t input_stride, size_t first, size_t end,
                              const float *slopes, size_t slope_stride, size_t rows,
                              float *gradients) {
  size_t input = first;
  for (; input + 4 <= end; input += 4) {
    gradient_rows(inputs + input, input_stride, slopes, slope_stride, rows,
                  gradients + input * slope_stride, 4);
  }
  for (; input < end; input++) {
    gradient_rows(inputs + input, input_stride, slopes, slope_stride, rows,
                  gradients + input * slope_stride, 1);
  }
}

CLONES void rk_add_rows(float *target, const float *sources, size_t stride, size_t rows) {
  for (size_t row = 0; row < rows; row++) {
    for (size_t lane = 0; lane < stride; lane += 16) {
      *(v16 *)(target + lane) += *(const v16 *)(sources + row * stride + lane);
    }
  }
}

CLONES void rk_rectify(float *values, float *gates, size_t count) {
  for (size_t lane = 0; lane < count; lane += 16) {
    v16 value = *(v16 *)(values + lane);
    v16 gate = (v16)((v16i)(*(v16 *)(gates + lane)) & ~(value <= 0));
    *(v16 *)(gates + lane) = gate;
    *(v16 *)(values + lane) = value * gate;
  }
}

CLONES void rk_multiply(float *values, const float *factors, size_t count) {
  for (size_t lane = 0; lane < count; lane += 16) {
    *(v16 *)(values + lane) *= *(const v16 *)(factors + lane);
  }
}

void rk_turn(const float *source, size_t rows, size_t stride, float *turned, size_t columns,
             size_t turned_stride) {
  for (size_t column = 0; column < columns; column++) {
    for (size_t row = 0; row < rows; row++) {
      turned[column * turned_stride + row] = source[row * stride + column];
    }
  }
}

void rk_gather_lanes(float *targets, size_t target_stride, size_t first, const float *sources,
                     size_t source_stride, const uint32_t *source_rows, size_t dimension,
                     size_t rows) {
  for (size_t row = 0; row < rows; row++) {
    memcpy(targets + row * target_stride + first, sources + source_rows[row] * source_stride,
           dimension * sizeof(float));
  }
}

CLONES void rk_scatter_lanes(float *targets, size_t target_stride, const uint32_t *target_rows,
                             const float *sources, size_t source_stride, size_t first,
                             size_t dimension, size_t rows) {
  for (size_t row = 0; row < rows; row++) {
    float *target = targets + target_rows[row] * target_stride;
    const float *source = sources + row * source_stride + first;
    size_t lane = 0;
    for (; lane + 16 <= dimension; lane += 16) {
      *(v16 *)(target + lane) += *(const v16_unaligned *)(source + lane);
    }
    for (; lane < dimension; lane++) target[lane] += source[lane];
  }
}
