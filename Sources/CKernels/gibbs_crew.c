#include "gibbs_turn.h"

// The same draws by two threads.

// A half's part of a turn: the changes of some features, then the records of the next.
INLINE void do_half(const rk_fm_crew *crew, int half, size_t k) {
  const rk_fm_block *b = crew->block;
  const size_t stride = RK_FM_STRIDE(k);
  for (size_t s = 0; s < crew->moved.count; s++) {
    const uint32_t feature = crew->moved.features[s];
    const uint64_t middle = crew->moved.middles[s];
    move(b, crew->olds + s * stride, crew->changes + s * stride,
         half ? middle : b->column_starts[feature], half ? b->column_starts[feature + 1] : middle, k);
  }
  for (size_t s = 0; s < crew->gathered.count; s++) {
    const uint32_t feature = crew->gathered.features[s];
    const uint64_t middle = crew->gathered.middles[s];
    gather(b, b->weights + feature * stride, half ? middle : b->column_starts[feature],
           half ? b->column_starts[feature + 1] : middle,
           crew->records[half] + s * RK_FM_RECORD(k), crew->factors, k);
  }
}

// The turn is twice its number, plus one as soon as somebody has taken the second half.
INLINE int take(rk_fm_crew *crew, uint64_t turn) {
  return __atomic_compare_exchange_n(&crew->turn, &turn, turn + 1, 0, __ATOMIC_ACQUIRE,
                                     __ATOMIC_RELAXED);
}

INLINE void share(rk_fm_crew *crew, uint64_t work, size_t k) {
  // Below this it takes longer to tell the other than to do it.
  if (work < 24) {
    do_half(crew, 0, k);
    do_half(crew, 1, k);
    return;
  }
  const uint64_t turn = (__atomic_load_n(&crew->turn, __ATOMIC_RELAXED) | 1) + 1;
  __atomic_store_n(&crew->turn, turn, __ATOMIC_RELEASE);
  do_half(crew, 0, k);
  if (take(crew, turn)) {
    do_half(crew, 1, k);
    return;
  }
  for (unsigned times = 0; __atomic_load_n(&crew->done, __ATOMIC_ACQUIRE) != turn; times++)
    rk_wait(times);
}

// The entries of some features.
INLINE uint64_t entries(const rk_fm_block *b, const rk_fm_share *share) {
  uint64_t sum = 0;
  for (size_t s = 0; s < share->count; s++)
    sum += b->column_starts[share->features[s] + 1] - b->column_starts[share->features[s]];
  return sum;
}

INLINE void lead(rk_fm_crew *crew, const rk_fm_prior *prior, const rk_fm_list *list, size_t k) {
  const rk_fm_block *b = crew->block;
  float records[2][SIDE_BY_SIDE(k) * RK_FM_RECORD(k)] __attribute__((aligned(64)));
  float changes[SIDE_BY_SIDE(k) * RK_FM_STRIDE(k)] __attribute__((aligned(64)));
  float olds[SIDE_BY_SIDE(k) * RK_FM_STRIDE(k)] __attribute__((aligned(64)));
  crew->olds = olds;
  crew->changes = changes;
  crew->factors = prior->factors;
  rk_fm_share *next = &crew->gathered;
  for (int half = 0; half < 2; half++) crew->records[half] = records[half];
  *next = (rk_fm_share){0};
  size_t first = 0, batch = 0;
  do {
    // Moves the last features, if any, and gathers the next, if any.
    crew->moved = *next;
    next->features = list->features + first;
    next->middles = crew->middles + first;
    next->count = batch < list->batches ? batch_size(first, list->ends[batch], k) : 0;
    ask_for_features(b, list, first + AHEAD, next->count, k);
    share(crew, entries(b, &crew->moved) + entries(b, next), k);
    for (size_t lane = 0; lane < next->count * RK_FM_RECORD(k); lane += 8)
      *(v8 *)(records[0] + lane) += *(const v8 *)(records[1] + lane);
    if (next->count)
      rk_fm_draw_changes(b, prior, next->features, next->count, records[0], olds, changes);
    first += next->count;
    if (batch < list->batches && first == list->ends[batch]) batch++;
  } while (next->count);
}

CLONES void rk_fm_lead(rk_fm_crew *crew, const rk_fm_prior *prior, const rk_fm_list *list) {
  FOR_EACH_K(crew->block->k, lead(crew, prior, list, K))
  __atomic_store_n(&crew->is_over, 1, __ATOMIC_RELEASE);
}

CLONES void rk_fm_help(rk_fm_crew *crew) {
  unsigned times = 0;
  // No turn has the number zero.
  uint64_t seen = 0;
  while (!__atomic_load_n(&crew->is_over, __ATOMIC_ACQUIRE)) {
    const uint64_t turn = __atomic_load_n(&crew->turn, __ATOMIC_RELAXED);
    if (turn == seen || turn % 2 == 1 || !take(crew, turn)) {
      rk_wait(times);
      times += times < 1000000;
      continue;
    }
    seen = turn;
    times = 0;
    FOR_EACH_K(crew->block->k, do_half(crew, 1, K))
    __atomic_store_n(&crew->done, turn, __ATOMIC_RELEASE);
  }
}
