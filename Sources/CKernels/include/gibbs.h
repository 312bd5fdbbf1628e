#ifndef RECJOB_GIBBS_H
#define RECJOB_GIBBS_H

#include <stddef.h>
#include <stdint.h>

// Gibbs sampling of factorization machines over relational blocks.
//
// k: the number of factors with padding, 8 or a multiple of 16; lanes beyond the rank are zero.
// Rows of weights: k factors, then the linear weight, then zeros up to the stride k + RK_FM_TAIL(k).
// Rows of q and of a block's own sums: k floats.

#pragma clang assume_nonnull begin

/// The floats of a row of weights beyond the factors.
#define RK_FM_TAIL(k) ((k) == 8 ? 8 : 16)

/// The floats of a row of weights.
#define RK_FM_STRIDE(k) ((k) + RK_FM_TAIL(k))

/// The floats of a record, of what is summed over the ratings of a row or a feature: the second and
/// first moments of factors, the sums of residual times factor, the number of ratings and the sum of
/// residuals. That of a row also says how far its own sums and constant have moved since.
///
/// Of the symmetric second moments of 8 factors there are the five diagonals from the main one on, so
/// that a record is four lines of the cache; of more factors there is the whole matrix.
#define RK_FM_RECORD(k) ((k) == 8 ? 64 : (k) * (k) + 3 * (k) + RK_FM_TAIL(k))

/// A relational block, and what its draws read and write. Starts have one more element than there
/// are features or rows.
typedef struct {
  size_t k;
  /// By feature: the rows that have it, ascending, and its values there. Without records it is the
  /// ratings that have it.
  const uint64_t *column_starts;
  const uint32_t *column_rows;
  const float *column_values;
  /// By row: its ratings. Read for records only.
  const uint64_t *rating_starts;
  const uint32_t *ratings;
  /// features x stride.
  float *weights;
  /// features x stride: standard normal numbers, zero where weights must stay zero.
  const float *normals;
  /// rows x RK_FM_RECORD(k), or null for draws that visit the ratings themselves.
  float *_Nullable records;
  /// ratings x k: the sum of all blocks' sums for each rating.
  float *sums;
  /// The rating less its prediction.
  float *residuals;
} rk_fm_block;

/// The normal prior of a group's weights: rows of weights; the precision is 1 in lanes of padding.
typedef struct {
  const float *means, *precisions;
  /// The precision of the ratings' noise.
  float noise;
  /// How many factors the group's features have, at least one, the first ones; the others are zero and
  /// stay so.
  size_t factors;
  /// Whether there are linear weights.
  int linear;
} rk_fm_prior;

/// For some rows of a block the sums of weights times values: own = factors, constants = the linear
/// part less half the sums of squares.
void rk_fm_row_sums(const float *weights, size_t k, const uint64_t *starts, const uint32_t *indices,
                    const float *values, size_t first, size_t end, float *own, float *constants);

/// Where a block's row sums lie, and which row each rating has.
typedef struct {
  const float *own, *constants;
  const uint32_t *row_of_rating;
} rk_fm_rows;

/// Sums and residuals of some ratings from the row sums of all blocks: residual = target - intercept
/// - prediction.
void rk_fm_outputs(const rk_fm_rows *blocks, size_t block_count, size_t k, const float *targets,
                   float intercept, size_t first, size_t end, float *sums, float *residuals);

/// The records of some rows.
void rk_fm_moments(const rk_fm_block *block, size_t first, size_t end);

/// Features in the order of their draws. Those of a batch, from the end of the last one on, share no
/// row and are drawn side by side.
typedef struct {
  const uint32_t *features, *ends;
  size_t batches;
} rk_fm_list;

/// Draws the weights of some features, each given all others.
void rk_fm_sweep(const rk_fm_block *block, const rk_fm_prior *prior, const rk_fm_list *list);

/// Features of a batch, and for each of them where its entries in the second half of the rows begin.
typedef struct {
  const uint32_t *_Nullable features;
  const uint64_t *_Nullable middles;
  size_t count;
} rk_fm_share;

/// Two threads that draw features, each its half of every feature's rows.
typedef struct {
  const rk_fm_block *_Nullable block;
  /// For each feature of the list, in its order, where its entries in the second half of the rows
  /// begin.
  const uint64_t *_Nullable middles;
  /// The features whose change both halves take over, with their weights before and the change, and
  /// those that both sum up for next.
  rk_fm_share moved, gathered;
  const float *_Nullable olds;
  const float *_Nullable changes;
  /// Each half's sums, a record for each feature.
  float *_Nullable records[2];
  /// How many factors the features have.
  size_t factors;
  /// Written by both, so far from all else; zero at the start.
  uint64_t before_turn[8], turn, before_done[8], done, before_over[8], is_over;
} rk_fm_crew;

/// The crew has the block and a middle for each feature of the list; all else is zero.
///
/// As rk_fm_sweep, each sum being that of the first half of the rows plus that of the second. Does the
/// second halves as well as long as nobody helps.
void rk_fm_lead(rk_fm_crew *crew, const rk_fm_prior *prior, const rk_fm_list *list);

/// Helps until the leader is done.
void rk_fm_help(rk_fm_crew *crew);

/// Takes over how far some rows have moved to the sums and residuals of their ratings.
void rk_fm_push(const rk_fm_block *block, size_t first, size_t end);

/// What the draw of a feature's weights starts from: the sums over its ratings of h h' and of h e, k + 1
/// numbers in a row, where h is x (q - x v) for the factors, then x, and e is the residual.
void rk_fm_gather(const rk_fm_block *block, uint32_t feature, float *squares, float *products);

/// Standard normal numbers for the weights of some features, in whole rows of weights.
///
/// Four words of Philox4x32-10 with the key (seed, stream) and the counter (epoch, position, unit)
/// make four numbers; the position is the place's plus the feature, the unit the place's plus the
/// number of the four lanes.
void rk_fm_normals(uint32_t seed, uint32_t stream, uint32_t epoch, uint64_t position, uint32_t unit,
                   size_t first, size_t end, size_t k, size_t rank, float *normals);

/// The sum of some numbers and of their squares, each 16 lanes of which are added first.
void rk_fm_residual_sums(const float *residuals, size_t count, float *sum, float *squares);

/// The sums of the weights of some features, lane by lane, and of the squares of their distances from
/// a row of means.
void rk_fm_group_sums(const float *weights, size_t stride, size_t first, size_t end,
                      const float *means, float *sums, float *squares);

/// Up to sixteen samples of a block's weights, and the rows where they are kept: factors + 1 groups of
/// `lanes` floats, first the linear terms, then each factor; the samples' lanes lie side by side.
typedef struct {
  size_t k, factors, count;
  /// features x stride for each sample.
  const float *_Nonnull const *_Nonnull weights;
  /// The first sample's lane of the first row, and the floats from row to row.
  float *target;
  size_t lanes, target_stride;
} rk_fm_samples;

/// Keeps the weights of some features; that of the number `feature` is kept in row 0.
void rk_fm_keep_weights(const rk_fm_samples *samples, size_t feature, size_t first, size_t end);

/// Keeps some rows' sums of weights times values; the linear terms lose half the sums of squares.
void rk_fm_keep_sums(const rk_fm_samples *samples, const uint64_t *starts, const uint32_t *indices,
                     const float *values, size_t first, size_t end);

#pragma clang assume_nonnull end

#endif
