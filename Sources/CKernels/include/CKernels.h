#ifndef RECJOB_CKERNELS_H
#define RECJOB_CKERNELS_H

#include <stddef.h>
#include <stdint.h>

#include "build.h"
#include "gibbs.h"

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

/// One step of Adam over the rows from `first` up to, but without, `end`.
///
/// weights, momentum, velocity: rows x stride. touched: the ascending numbers of those rows among
/// them that have a gradient; gradients: touched_count x stride, in the same order. doubled: a row
/// that holds twice the L2 factor of each lane; doubled * weight is added to the gradient of every
/// row, touched or not.
///
/// Returns rk_penalty of these rows as they were before the step.
float rk_adam_rows(float *weights, float *momentum, float *velocity, size_t first, size_t end,
                   size_t stride, size_t dimension, const uint32_t *_Nullable touched,
                   const float *gradients, size_t touched_count, const float *doubled,
                   rk_adam_parameters parameters);

/// The sum of doubled / 2 * weight^2 over some rows.
float rk_penalty(const float *weights, size_t rows, size_t stride, size_t dimension,
                 const float *doubled);

/// The same over the touched rows only; each of these steps cleans.
void rk_adam_touched(float *weights, float *momentum, float *velocity, size_t stride,
                     size_t dimension, const uint32_t *_Nullable touched, const float *gradients,
                     size_t touched_count, const float *doubled, rk_adam_parameters parameters);

/// The outputs of a dense layer for some rows: outputs = inputs . kernel + bias.
///
/// kernel: input_count x output_stride. Each output is summed over the inputs in ascending order,
/// the bias last.
void rk_dense_forward(const float *inputs, size_t input_stride, size_t input_count,
                      const float *kernel, const float *bias, float *outputs, size_t output_stride,
                      size_t rows);

/// The derivatives by a layer's inputs: gates *= slopes . turned.
///
/// slopes: the derivatives by its outputs. turned: its kernel with rows and columns exchanged,
/// slope_count x gate_stride. gates: what each input was multiplied by. Summed over the outputs in
/// ascending order.
void rk_dense_backward(const float *slopes, size_t slope_stride, size_t slope_count,
                       const float *turned, float *gates, size_t gate_stride, size_t rows);

/// Adds the derivatives by a part of a layer's kernel, the rows from `first` up to, but without,
/// `end`: gradients[i] += inputs[row][i] * slopes[row], for row after row.
void rk_dense_gradient(const float *inputs, size_t input_stride, size_t first, size_t end,
                       const float *slopes, size_t slope_stride, size_t rows, float *gradients);

/// target += sources[row], for row after row.
void rk_add_rows(float *target, const float *sources, size_t stride, size_t rows);

/// Sets the gates of values at or below zero to zero, and multiplies all values by their
/// gates; `count` is a multiple of 16.
void rk_rectify(float *values, float *gates, size_t count);

/// values *= factors; `count` is a multiple of 16.
void rk_multiply(float *values, const float *factors, size_t count);

/// turned[column][row] = source[row][column], without the lanes beyond the columns.
void rk_turn(const float *source, size_t rows, size_t stride, float *turned, size_t columns,
             size_t turned_stride);

/// Copies `dimension` lanes of rows of a table to the lanes of rows 0, 1, ... from `first` on.
void rk_gather_lanes(float *targets, size_t target_stride, size_t first, const float *sources,
                     size_t source_stride, const uint32_t *source_rows, size_t dimension,
                     size_t rows);

/// Adds the `dimension` lanes from `first` on of rows 0, 1, ... to rows of a table, one after the
/// other.
void rk_scatter_lanes(float *targets, size_t target_stride, const uint32_t *target_rows,
                      const float *sources, size_t source_stride, size_t first, size_t dimension,
                      size_t rows);

/// Where random words are drawn and what becomes of them.
typedef struct {
  /// The key of Philox4x32-10.
  uint32_t seed, stream;
  /// The counter of the first row and the first four units; `position` rises by one a row, `unit` by
  /// one for every four units of a row.
  uint32_t epoch;
  uint64_t position;
  uint32_t unit;
  /// A unit whose word is below this is dropped: its gate is zero.
  uint32_t threshold;
  /// The gate of a unit that is not.
  float kept;
} rk_dropout;

/// The gates of rows of units, the last lanes of a row included.
void rk_dropout_gates(float *gates, size_t stride, size_t rows, rk_dropout dropout);

/// What a thread does that found nothing to do this many times: it stays on the processor for some
/// hundred times, then lets others have it.
void rk_wait(unsigned times);

/// The number of rows that a panel holds.
#define RK_PANEL_ROWS 32

/// The number of users whose keys are computed at the same time.
#define RK_USERS_AT_ONCE 12

/// What stands in place of a row's number where a panel has none.
#define RK_NO_ROW UINT32_MAX

/// Rows to choose from.
typedef struct {
  /// count x dimension x 32: the 32 values of one dimension lie side by side; aligned as rows are.
  const float *values;
  /// count x 32: the number of each row, or RK_NO_ROW.
  const uint32_t *rows;
  /// The number of panels.
  size_t count;
  size_t dimension;
} rk_panels;

/// A row and the key that it is listed by.
typedef struct {
  float key;
  uint32_t row;
} rk_scored;

/// One user's list while it is made.
typedef struct {
  /// The ascending numbers of the rows that must not be listed.
  const uint32_t *excluded;
  size_t excluded_count;
  /// The rows with the greatest keys, best first, the lower row first of equal keys; room for k. A key
  /// that is not a number is never listed.
  rk_scored *kept;
  /// How many there are.
  size_t count;
} rk_list;

/// Users who rows are listed for, in groups of 12, the last of which may have fewer.
typedef struct {
  /// groups x dimension x 12: the values of one dimension lie side by side.
  const float *values;
  size_t count;
  /// For dot products: for each group a bound for each panel, and an offset for each user. No key of a
  /// row in a panel or in those after it is above the panel's bound plus the user's offset, with
  /// whatever rounding adds to a key.
  const float *_Nonnull const *_Nullable bounds;
  const float *_Nullable offsets;
} rk_users;

/// The last layer of a network: a weight for each dimension, and a bias.
typedef struct {
  const float *weights;
  float bias;
} rk_output;

/// Lists the `k` best rows for some users by the dot product of user and row.
///
/// lists: one for each user. Once no panel that is left can hold a better row for a group, the rest
/// is not looked at. Each key is summed over the dimensions in ascending order, starting from zero.
void rk_top_k_dots(const rk_panels *panels, const rk_users *users, rk_list *lists, size_t k);

/// Lists the `k` best rows for some users by bias + sum of weights * max(user + row, 0).
///
/// Each key is summed over the dimensions in ascending order, starting from the bias. No user + row may be
/// a NaN, which would count as zero.
void rk_top_k_network(const rk_panels *panels, const rk_users *users, const rk_output *output,
                      rk_list *lists, size_t k);

/// Lists the `k` best of some rows by keys that are known.
void rk_top_k_keys(const float *keys, const uint32_t *rows, size_t key_count, rk_list *list,
                   size_t k);

/// A rating in a block: the rows of its user and its item, and its value.
typedef struct {
  uint32_t user, item;
  float value;
} rk_rating;

/// What is lost by a rating, as a function of the dot product z of its rows.
typedef enum {
  /// (z + offset - r)^2.
  RK_SQUARED_ERROR,
  /// (minimum + range * s(z) - r)^2, s being the logistic function.
  RK_SQUARED_LOGISTIC_ERROR,
  /// The cross-entropy of s(z) against (r - minimum) / range.
  RK_CROSS_ENTROPY,
} rk_loss_kind;

typedef struct {
  rk_loss_kind kind;
  float offset, minimum, range;
} rk_loss;

/// How a row moves: w = keep * w + rate * c * v lane by lane, v being the other row of the rating and c
/// minus the slope of its loss (half the slope of a squared error). In all vectors of 16 lanes but the
/// last, every lane of `keep` and every lane of `rate` has the same value.
typedef struct {
  const float *keep, *rate;
} rk_sgd_rule;

/// Stochastic gradient descent over the ratings of a block.
///
/// The first 4 * quads ratings are taken four at a time, a quad: the dot products of all quads but the
/// first are made before the steps of the quad that precedes, which are made one after the other. The
/// other ratings are taken one by one. Rows may repeat in any way; to learn well, a quad and the next
/// are to share no user.
///
/// users, items: rows of `stride` floats; lanes from `dimension` on are zero, `dimension` > stride - 16.
/// losses: four sums, of the first, second, third and fourth ratings of all quads; the others' are
/// added to the first.
void rk_sgd_block(float *users, float *items, size_t stride, size_t dimension,
                  const rk_rating *ratings, size_t count, size_t quads, rk_loss loss,
                  rk_sgd_rule user_rule, rk_sgd_rule item_rule, float *losses);

/// The most floats that a row of rk_adaptive_block may have.
#define RK_LONGEST_ROW 4128

/// Weights with what AdaGrad or, with a momentum, Adam remembers of each.
typedef struct {
  float *weights, *squares;
  float *_Nullable momentum;
} rk_adaptive_table;

/// The gradient of a row is decay * w - moves * c * v lane by lane, c and v as above; `moves` is 1, or 0
/// in a lane that must not move.
typedef struct {
  const float *decay, *moves;
} rk_adaptive_rule;

/// As rk_sgd_block, with steps of AdaGrad (squares start at 0.1) or of Adam; the dot products of a quad
/// are made after the steps of the quad that precedes.
///
/// adam: for AdaGrad, only the rate is used. stride: at most RK_LONGEST_ROW.
void rk_adaptive_block(rk_adaptive_table users, rk_adaptive_table items, size_t stride,
                       size_t dimension, const rk_rating *ratings, size_t count, size_t quads,
                       rk_loss loss, rk_adaptive_rule user_rule, rk_adaptive_rule item_rule,
                       rk_adam_parameters adam, float *losses);

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

/// Where random words are drawn: key and counter of Philox4x32-10.
typedef struct {
  uint32_t seed, stream;
  uint32_t epoch;
  uint64_t position;
  uint32_t unit;
} rk_random_place;

/// The first two of the four words at each position that is so far behind the place's.
void rk_random_pairs(rk_random_place place, const uint32_t *offsets, size_t count, uint32_t *first,
                     uint32_t *second);

/// Draws rows at random, with replacement, and adds them up one after the other.
///
/// rows: row_count x 4. Each of the four words at the positions from the place's on draws one row:
/// number word * row_count / 2^32. sums: the four sums.
void rk_resample(rk_random_place place, const double *rows, size_t row_count, size_t draws,
                 double *sums);

// Samples of a factorization machine. A row holds `groups` groups of `lanes` floats, one lane for each
// sample: first the linear term, then each factor. `lanes` is a multiple of 16, at most
// RK_MOST_SAMPLES.

#define RK_MOST_SAMPLES 1024

/// Adds a feature of the value `scale` to a row: its linear term less half the squares of its factors,
/// and its factors. Without `squares` they are zero, or part of the linear term.
void rk_samples_add(float *target, const float *source, const float *_Nullable squares, float scale,
                    size_t groups, size_t lanes);

/// The sums of the squares of a row's factors; `squares` has one group.
void rk_samples_squares(const float *source, float *squares, size_t groups, size_t lanes);

/// What the scores of items need besides the user's row.
typedef struct {
  /// The items' rows.
  const float *items;
  /// The users' features of the item that a row gains when its own pair joins its implicit sets, the
  /// squares of their factors, and the items' shares of the user that joins; NULL without such sets.
  const float *_Nullable item_self;
  const float *_Nullable item_squares;
  const float *_Nullable item_shares;
  /// One over the number of samples in their lanes, 0 in others.
  const float *weights;
  /// The cut-points between the levels, a group each, and the levels' ratings; NULL where the score is
  /// the rating.
  const float *_Nullable cuts;
  const float *_Nullable levels;
  size_t level_count;
  size_t groups, lanes;
} rk_sample_tables;

/// The mean over the samples, and the variance, of the predictions of some items.
///
/// context: the row of all other features, added up. user_self, user_squares: the feature that the
/// items' sets gain; user_share: the share of the item that joins the user's set.
void rk_sample_scores(const rk_sample_tables *tables, const float *context,
                      const float *_Nullable user_self, const float *_Nullable user_squares,
                      float user_share, const uint32_t *items, size_t count, float *means,
                      float *_Nullable variances);

/// The ratings of each row of one side, a user's or an item's, as compressed rows.
typedef struct {
  /// Where the members of each row begin; one more than there are rows.
  const size_t *starts;
  /// The row on the other side of each member.
  const uint32_t *others;
  /// The value of each member.
  const float *values;
} rk_lists;

/// What the regressions of all rows of one side have in common.
typedef struct {
  /// The other side's rows.
  const float *features;
  /// The number of unknowns of a row.
  size_t dimension;
  /// Whether a member's value is the weight of the target 1. If not, all weights are 1, the target is
  /// (value - mean) - the last unknown of the other side, and the last feature is 1.
  int confidences;
  float mean;
  /// stride x stride, added to the upper triangle of each row's matrix.
  const float *_Nullable base;
  /// A row: the penalty of each lane; and what the row's scale is multiplied by to be added to it.
  const float *penalty, *scaled_penalty;
  /// One for each row.
  const float *scales;
  /// What the penalty draws each row to; zero if there are none.
  const float *_Nullable centers;
} rk_regression;

/// The number of floats that rk_solve_rows needs for itself.
size_t rk_solve_scratch(size_t stride);

/// Solves the ridge regressions of the rows from `first` up to, but without, `end`; a row without
/// members is set to zero. targets: rows x stride; scratch is aligned as rows are.
///
/// The products of a matrix are summed over 128 members at a time in ascending order, and these sums
/// one after the other; those of the right side one by one. Returns the sum of the weighted squared
/// errors after the solution.
double rk_solve_rows(const rk_lists *lists, const rk_regression *task, size_t first, size_t end,
                     size_t stride, float *targets, float *scratch);

/// The upper triangle of the sum of the products of rows with themselves, summed as above; what is
/// left of a row's first vector is of no meaning.
void rk_gram(const float *rows, size_t count, size_t stride, size_t dimension, float *gram);

/// targets[row] = scales[row] * the sum over the row's members of their rows in `sources`, for the
/// rows from `first` up to, but without, `end`.
void rk_sum_members(const rk_lists *lists, const float *sources, const float *scales, size_t first,
                    size_t end, size_t stride, float *targets);

/// sums[place] = the sum over the members of row rows[place] of their values in a dense row times their
/// weights, in doubles, in ascending order.
void rk_sparse_dots(const float *dense, const size_t *starts, const uint32_t *others,
                    const float *weights, const uint32_t *rows, size_t count, double *sums);

/// The number of rows and of columns of a tile of a matrix of doubles.
#define RK_TILE_SIDE 64

/// target += scale * left . right, for tiles aligned to 64 bytes. Each value is summed over the columns
/// of `left` in ascending order, starting from what it was.
void rk_tile_multiply_add(double *target, const double *left, const double *right, double scale);

/// Inverts a positive definite tile in place, by the elimination of Gauss and Jordan.
///
/// Returns 0 where a pivot is not a positive finite number; the tile is of no use then.
int rk_tile_invert(double *tile);

/// target[column][row] = source[row][column].
void rk_tile_turn(const double *source, double *target);

#pragma clang assume_nonnull end

#endif
