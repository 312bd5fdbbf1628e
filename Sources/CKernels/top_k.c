#include "CKernels.h"
#include "vector.h"

#include <math.h>
#include <string.h>

enum {
  WIDTH = RK_PANEL_ROWS,
  USERS = RK_USERS_AT_ONCE,
  // A part of the cache that each core has for itself.
  CACHED_BYTES = 1 << 17,
};

// Whether `a` stands behind `b` in a list.
INLINE int is_worse(rk_scored a, rk_scored b) {
  return a.key != b.key ? a.key < b.key : a.row > b.row;
}

// Moves an entry down a heap whose root is the worst, to where no child is worse than it.
INLINE void sift_down(rk_scored *heap, size_t count, rk_scored entry) {
  size_t parent = 0;
  for (size_t child = 1; child < count; child = 2 * parent + 1) {
    if (child + 1 < count && is_worse(heap[child + 1], heap[child])) child++;
    if (!is_worse(heap[child], entry)) break;
    heap[parent] = heap[child];
    parent = child;
  }
  heap[parent] = entry;
}

INLINE void sift_up(rk_scored *heap, size_t count, rk_scored entry) {
  size_t child = count;
  while (child > 0 && is_worse(entry, heap[(child - 1) / 2])) {
    heap[child] = heap[(child - 1) / 2];
    child = (child - 1) / 2;
  }
  heap[child] = entry;
}

INLINE int contains(const uint32_t *sorted, size_t count, uint32_t row) {
  const uint32_t *base = sorted;
  while (count > 1) {
    size_t half = count / 2;
    base = base[half] <= row ? base + half : base;
    count -= half;
  }
  return count == 1 && *base == row;
}

// Keeps a row if it is among the best so far and may be listed.
INLINE void offer(rk_list *list, size_t k, rk_scored entry) {
  if (entry.row == RK_NO_ROW) return;
  if (list->count == k && !is_worse(list->kept[0], entry)) return;
  if (contains(list->excluded, list->excluded_count, entry.row)) return;
  if (list->count < k) {
    sift_up(list->kept, list->count++, entry);
  } else {
    sift_down(list->kept, k, entry);
  }
}

INLINE float threshold(const rk_list *list, size_t k) {
  return list->count < k ? -INFINITY : list->kept[0].key;
}

typedef _Bool b16 __attribute__((ext_vector_type(16)));

// A bit for each of 16 keys that reaches a threshold.
INLINE uint32_t reaching(const float *keys, float least) {
  v16i reaches = *(const v16 *)keys >= least;
  b16 bits = __builtin_convertvector(reaches, b16);
  uint16_t mask;
  memcpy(&mask, &bits, sizeof mask);
  return mask;
}

// Offers the rows of a panel whose keys reach their list's threshold. Equal keys do, since the lower
// row comes first whenever it is met.
INLINE void offer_panel(const float *keys, const uint32_t *rows, rk_list *lists, size_t count,
                        size_t k, float *thresholds) {
  for (size_t u = 0; u < count; u++) {
    const float *own = keys + u * WIDTH;
    uint32_t mask = reaching(own, thresholds[u]) | reaching(own + 16, thresholds[u]) << 16;
    for (; mask != 0; mask &= mask - 1) {
      int n = __builtin_ctz(mask);
      offer(&lists[u], k, (rk_scored){.key = own[n], .row = rows[n]});
      thresholds[u] = threshold(&lists[u], k);
    }
  }
}

// Takes the worst from the root again and again: the best are then in front.
static void sort_list(rk_list *list) {
  for (size_t count = list->count; count > 1; count--) {
    rk_scored worst = list->kept[0];
    sift_down(list->kept, count - 1, list->kept[count - 1]);
    list->kept[count - 1] = worst;
  }
}

INLINE int is_any_set(const v16i *mask) {
  int set = 0;
  // clang makes one test of this.
  for (int lane = 0; lane < 16; lane++) set |= (*mask)[lane];
  return set;
}

// The keys of some users and `vectors` * 16 rows of a panel from `first` on, and whether any reaches
// its threshold. All sizes are constants where this is used, so that the sums stay in registers.
INLINE int dot_tile(const float *panel, const float *users, size_t dimension, int user_count,
                    int vectors, const float *thresholds, float *keys) {
  v16 sums[USERS][2];
#pragma clang loop unroll(full)
  for (int u = 0; u < user_count; u++) {
#pragma clang loop unroll(full)
    for (int v = 0; v < vectors; v++) sums[u][v] = (v16){0};
  }
  for (size_t d = 0; d < dimension; d++) {
    v16 values[2];
#pragma clang loop unroll(full)
    for (int v = 0; v < vectors; v++) values[v] = *(const v16 *)(panel + d * WIDTH + 16 * v);
#pragma clang loop unroll(full)
    for (int u = 0; u < user_count; u++) {
      float user = users[d * USERS + u];
#pragma clang loop unroll(full)
      for (int v = 0; v < vectors; v++) sums[u][v] += user * values[v];
    }
  }
  v16i reaches = {0};
#pragma clang loop unroll(full)
  for (int u = 0; u < user_count; u++) {
#pragma clang loop unroll(full)
    for (int v = 0; v < vectors; v++) {
      reaches |= sums[u][v] >= thresholds[u];
      *(v16 *)(keys + u * WIDTH + 16 * v) = sums[u][v];
    }
  }
  return is_any_set(&reaches);
}

// Registers decide how much of a panel is computed at a time: 32 of 16 floats, or fewer or shorter
// ones. The sums do not depend on it.
INLINE int dot_panel(const float *panel, const float *users, size_t dimension, int is_wide,
                     const float *thresholds, float *keys) {
  if (is_wide) return dot_tile(panel, users, dimension, 12, 2, thresholds, keys);
  int reaches = 0;
  for (int first = 0; first < USERS; first += 6) {
    for (int lane = 0; lane < WIDTH; lane += 16) {
      reaches |= dot_tile(panel + lane, users + first, dimension, 6, 1, thresholds + first,
                          keys + first * WIDTH + lane);
    }
  }
  return reaches;
}

static int has_wide_registers(void) {
#if defined(__x86_64__)
  return __builtin_cpu_supports("avx512f") != 0;
#else
  return 0;
#endif
}

// The keys of four users and 16 rows of a panel, and whether any reaches its threshold.
INLINE int network_tile(const float *panel, const float *users, const float *weights, float bias,
                        size_t dimension, const float *thresholds, float *keys) {
  v16 sums[4];
#pragma clang loop unroll(full)
  for (int u = 0; u < 4; u++) sums[u] = (v16){0} + bias;
  for (size_t d = 0; d < dimension; d++) {
    v16 values = *(const v16 *)(panel + d * WIDTH);
#pragma clang loop unroll(full)
    for (int u = 0; u < 4; u++) {
      v16 unit = values + users[d * USERS + u];
      unit = __builtin_elementwise_max(unit, (v16){0});
      sums[u] += unit * weights[d];
    }
  }
  v16i reaches = {0};
#pragma clang loop unroll(full)
  for (int u = 0; u < 4; u++) {
    reaches |= sums[u] >= thresholds[u];
    *(v16 *)(keys + u * WIDTH) = sums[u];
  }
  return is_any_set(&reaches);
}

INLINE int network_panel(const float *panel, const float *users, const rk_output *output,
                         size_t dimension, const float *thresholds, float *keys) {
  int reaches = 0;
  for (int first = 0; first < USERS; first += 4) {
    for (int lane = 0; lane < WIDTH; lane += 16) {
      reaches |= network_tile(panel + lane, users + first, output->weights, output->bias, dimension,
                              thresholds + first, keys + first * WIDTH + lane);
    }
  }
  return reaches;
}

// Offers the rows of some panels to a group of users; `output` is null for dot products.
INLINE void visit(const rk_panels *panels, size_t first, size_t end, const rk_users *users,
                  size_t group, const rk_output *output, rk_list *lists, size_t k, int is_wide) {
  const size_t count = users->count - group * USERS < USERS ? users->count - group * USERS : USERS;
  const float *values = users->values + group * panels->dimension * USERS;
  lists += group * USERS;
  float thresholds[USERS];
  for (size_t u = 0; u < USERS; u++) {
    thresholds[u] = u < count ? threshold(&lists[u], k) : INFINITY;
  }
  _Alignas(64) float keys[USERS * WIDTH];
  for (size_t p = first; p < end; p++) {
    const float *panel = panels->values + p * panels->dimension * WIDTH;
    int reaches;
    if (output) {
      reaches = network_panel(panel, values, output, panels->dimension, thresholds, keys);
    } else {
      const float bound = users->bounds[group][p], *offsets = users->offsets + group * USERS;
      int goes_on = 0;
      for (size_t u = 0; u < count; u++) goes_on |= !(bound + offsets[u] < thresholds[u]);
      if (!goes_on) break;
      reaches = dot_panel(panel, values, panels->dimension, is_wide, thresholds, keys);
    }
    if (reaches) offer_panel(keys, panels->rows + p * WIDTH, lists, count, k, thresholds);
  }
}

// All groups look at some panels before any looks at the next ones, so that the panels come out of
// the processor's own cache for all groups but the first.
INLINE void list_best(const rk_panels *panels, const rk_users *users, const rk_output *output,
                      rk_list *lists, size_t k) {
  for (size_t u = 0; u < users->count; u++) lists[u].count = 0;
  if (k == 0) return;
  const int is_wide = has_wide_registers();
  const size_t fitting = CACHED_BYTES / (panels->dimension * WIDTH * sizeof(float));
  const size_t at_once = fitting > 0 ? fitting : 1;
  for (size_t first = 0; first < panels->count; first += at_once) {
    size_t end = panels->count - first < at_once ? panels->count : first + at_once;
    for (size_t group = 0; group * USERS < users->count; group++) {
      visit(panels, first, end, users, group, output, lists, k, is_wide);
    }
  }
  for (size_t u = 0; u < users->count; u++) sort_list(&lists[u]);
}

CLONES void rk_top_k_dots(const rk_panels *panels, const rk_users *users, rk_list *lists, size_t k) {
  list_best(panels, users, 0, lists, k);
}

CLONES void rk_top_k_network(const rk_panels *panels, const rk_users *users,
                             const rk_output *output, rk_list *lists, size_t k) {
  list_best(panels, users, output, lists, k);
}

void rk_top_k_keys(const float *keys, const uint32_t *rows, size_t key_count, rk_list *list,
                   size_t k) {
  list->count = 0;
  float least = k > 0 ? -INFINITY : INFINITY;
  for (size_t n = 0; n < key_count; n++) {
    if (!(keys[n] >= least)) continue;
    offer(list, k, (rk_scored){.key = keys[n], .row = rows[n]});
    least = threshold(list, k);
  }
  sort_list(list);
}
