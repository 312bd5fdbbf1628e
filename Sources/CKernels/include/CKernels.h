#ifndef RECJOB_CKERNELS_H
#define RECJOB_CKERNELS_H

#include <stddef.h>
#include <stdint.h>

// The hottest loops. Shared rules:
// - A row is `stride` floats, `stride` a multiple of 16, aligned to 64 bytes; lanes beyond the row's
//   `dimension` are zero and stay zero.
// - No two pointer arguments may overlap unless a function says so.
// - Every sum has one order, written in vector.h, on every processor; no multiply is fused with an
//   add. A result is therefore the same bits wherever it is computed.

#pragma clang assume_nonnull begin

/// The dot product of two rows.
float rk_dot(const float *a, const float *b, size_t stride);

/// The dot products of pairs of rows: dots[n] = a[a_rows[n]] . b[b_rows[n]].
void rk_dots(const float *a, const uint32_t *a_rows, const float *b, const uint32_t *b_rows,
             size_t count, size_t stride, float *dots);

/// targets[target_rows[n]] += scales[n] * sources[source_rows[n]], one pair after the other.
void rk_add_scaled_rows(float *targets, const uint32_t *target_rows, const float *sources,
                        const uint32_t *source_rows, const float *scales, size_t count,
                        size_t stride);

/// target += scale * source.
void rk_add_scaled(float *target, const float *source, float scale, size_t stride);

/// target += weights * source, lane by lane.
void rk_add_weighted(float *target, const float *source, const float *weights, size_t stride);

/// What one step of Adam needs besides the tables.
typedef struct {
  /// Learning rate with both bias corrections: lr * sqrt(1 - beta_2^t) / (1 - beta_1^t).
  float rate;
  /// beta_1 and 1 - beta_1.
  float momentum_decay, momentum_share;
  /// beta_2 and 1 - beta_2.
  float velocity_decay, velocity_share;
  float epsilon;
  /// Whether moments that are all but zero are set to zero.
  int clean;
} rk_adam_parameters;

/// One step of Adam over every row of a table.
///
/// weights, momentum, velocity: rows x stride. touched: the ascending numbers of the rows that have
/// a gradient; gradients: touched_count x stride, in the same order. doubled: a row that holds twice
/// the L2 factor of each lane; doubled * weight is added to the gradient of every row, touched or
/// not.
///
/// Returns the sum of doubled / 2 * weight^2 over the table as it was before the step.
float rk_adam_all(float *weights, float *momentum, float *velocity, size_t rows, size_t stride,
                  size_t dimension, const uint32_t *_Nullable touched, const float *gradients,
                  size_t touched_count, const float *doubled, rk_adam_parameters parameters);

/// The same over the touched rows only; each of these steps cleans.
void rk_adam_touched(float *weights, float *momentum, float *velocity, size_t stride,
                     size_t dimension, const uint32_t *_Nullable touched, const float *gradients,
                     size_t touched_count, const float *doubled, rk_adam_parameters parameters);

/// The scores of one row against panels of 32 rows.
///
/// panels: panel_count x dimension x 32, so that the 32 values of one dimension lie side by side.
/// scores: panel_count x 32. Each score is summed over the dimensions in ascending order.
void rk_panel_scores(const float *row, const float *panels, size_t panel_count, size_t dimension,
                     float *scores);

/// How the rows of a text are written.
typedef struct {
  /// The one byte between fields, then 0, or the two bytes; no digit, no part of a number or line.
  uint8_t delimiter[2];
  /// Whether rows have four fields, user, item, rating and timestamp, or the first three only.
  int has_timestamps;
  /// The least and the greatest rating.
  float minimum, maximum;
} rk_row_shape;

/// Where the fields of rows are put; each has room for as many rows as are asked for.
typedef struct {
  uint64_t *users, *items;
  float *values;
  int64_t *timestamps;
} rk_row_columns;

/// Reads rows of ratings from the start of a text for as long as they are plain.
///
/// A plain row has nothing but digits in its fields and a point between digits in the rating: ids
/// without leading zeros, at most 16 digits in an id or a timestamp, 8 before and 7 after the point
/// of a rating that lies within the limits. It ends in LF or CR LF. Each field is read as the
/// number that it spells, a rating as the nearest double, rounded to float.
///
/// Returns how many rows were read, at most `capacity`, and in `next` where the first that was not
/// begins: one that is not plain or has no end within the text. No byte beyond `count` is read.
size_t rk_plain_rows(const uint8_t *text, size_t count, const rk_row_shape *shape,
                     const rk_row_columns *columns, size_t capacity, size_t *next);

#pragma clang assume_nonnull end

#endif
