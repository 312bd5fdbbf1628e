#include "gibbs_turn.h"

// The same draws by two threads.

// Where a feature's rows of the second half begin.
INLINE uint64_t middle(const rk_fm_block *b, uint32_t feature, uint32_t border) {
  uint64_t low = b->column_starts[feature], high = b->column_starts[feature + 1];
  while (low < high) {
    const uint64_t between = low + (high - low) / 2;
    if (b->column_rows[between] < border) low = between + 1;
    else high = between;
  }
  return low;
}

// A half's part of a turn: the change of one feature, then the record of the next.
INLINE void do_half(const rk_fm_crew *crew, int half, size_t k) {
  const rk_fm_half *h = crew->halves + half;
  move(crew->block, crew->old, crew->change, h->move_first, h->move_end, crew->factors, k);
  if (crew->next_weight)
    gather(crew->block, crew->next_weight, h->gather_first, h->gather_end, h->record,
           crew->factors, k);
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

INLINE void lead(rk_fm_crew *crew, const rk_fm_prior *prior, const uint32_t *features,
                 size_t count, size_t k) {
  const rk_fm_block *b = crew->block;
  float record[RK_FM_RECORD(k)] __attribute__((aligned(64)));
  float other[RK_FM_RECORD(k)] __attribute__((aligned(64)));
  float change[RK_FM_STRIDE(k)] __attribute__((aligned(64)));
  float old[RK_FM_STRIDE(k)] __attribute__((aligned(64)));
  crew->old = old;
  crew->change = change;
  crew->factors = prior->factors;
  rk_fm_half *halves = crew->halves;
  halves[0] = (rk_fm_half){.record = record};
  halves[1] = (rk_fm_half){.record = other};
  for (size_t number = 0; number <= count; number++) {
    // Moves the last feature, if any, and gathers this one, if any.
    crew->next_weight = 0;
    uint64_t work = halves[0].move_end - halves[0].move_first + halves[1].move_end -
                    halves[1].move_first;
    if (number < count) {
      const uint32_t feature = features[number];
      const uint64_t split = middle(b, feature, crew->border);
      crew->next_weight = b->weights + feature * RK_FM_STRIDE(k);
      halves[0].gather_first = b->column_starts[feature];
      halves[0].gather_end = halves[1].gather_first = split;
      halves[1].gather_end = b->column_starts[feature + 1];
      work += halves[1].gather_end - halves[0].gather_first;
    }
    share(crew, work, k);
    if (number == count) break;
    for (size_t lane = 0; lane < RK_FM_RECORD(k); lane += 8)
      *(v8 *)(record + lane) += *(const v8 *)(other + lane);
    draw_change(b, prior, features[number], record, old, change, k);
    for (int half = 0; half < 2; half++) {
      halves[half].move_first = halves[half].gather_first;
      halves[half].move_end = halves[half].gather_end;
    }
  }
}

CLONES void rk_fm_lead(rk_fm_crew *crew, const rk_fm_prior *prior, const uint32_t *features,
                       size_t count) {
  FOR_EACH_K(crew->block->k, lead(crew, prior, features, count, K))
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
