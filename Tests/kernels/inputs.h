#ifndef RECJOB_TESTS_INPUTS_H
#define RECJOB_TESTS_INPUTS_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

// Numbers to compute with, and the digest of what was computed. They must be the same on every
// processor: no function of the C library computes any, no multiply is fused with an add, and clang,
// which alone compiles this, takes arguments from left to right where C leaves the order open.
#pragma STDC FP_CONTRACT OFF

static uint64_t random_state;

/// The next word of SplitMix64 (Steele, Lea and Flood, 2014).
static uint64_t next_word(void) {
  uint64_t z = random_state += 0x9E3779B97F4A7C15u;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
  return z ^ (z >> 31);
}

static size_t below(size_t bound) { return (size_t)(next_word() >> 33) % bound; }

/// A multiple of 2^-23 from -1 up to, but without, 1: exact, so that no processor rounds it.
static float unit(void) { return (float)((int32_t)(next_word() >> 40) - (1 << 23)) / (1 << 23); }

/// A number of about one, or one of those that go wrong first: zeros of both signs, numbers far
/// apart, and numbers below the least normal one.
static float awkward(void) {
  float value = unit();
  switch (below(32)) {
  case 0: return 0.0f;
  case 1: return -0.0f;
  case 2: return value * 1e-20f;
  case 3: return value * 1e-39f;
  case 4: return value * 1e4f;
  default: return value;
  }
}

// Inputs live until the next test: one block of memory, handed out in pieces.
static char *arena;
static size_t arena_used;
enum { ARENA_SIZE = 1 << 26 };

static void *piece(size_t bytes) {
  if (!arena && !(arena = aligned_alloc(64, ARENA_SIZE))) abort();
  void *start = arena + arena_used;
  arena_used += (bytes + 63) & ~(size_t)63;
  if (arena_used > ARENA_SIZE) abort();
  memset(start, 0, bytes);
  return start;
}

/// The floats of a row: the dimension rounded up to whole vectors.
static size_t stride_of(size_t dimension) { return (dimension + 15) & ~(size_t)15; }

/// Rows of numbers; the lanes beyond the dimension are zero.
static float *rows_of(size_t rows, size_t stride, size_t dimension, float (*number)(void)) {
  float *table = piece(rows * stride * sizeof(float));
  for (size_t row = 0; row < rows; row++)
    for (size_t lane = 0; lane < dimension; lane++) table[row * stride + lane] = number();
  return table;
}

static float *floats(size_t count, float (*number)(void)) {
  return rows_of(1, count, count, number);
}

/// Numbers of rows, some of them more than once.
static uint32_t *row_numbers(size_t count, size_t rows) {
  uint32_t *numbers = piece(count * sizeof(uint32_t));
  for (size_t n = 0; n < count; n++) numbers[n] = (uint32_t)below(rows);
  return numbers;
}

/// Ascending numbers of about half the rows from `first` up to `end`, each once.
static uint32_t *some_rows(size_t first, size_t end, size_t *count) {
  uint32_t *numbers = piece((end - first) * sizeof(uint32_t));
  *count = 0;
  for (size_t row = first; row < end; row++)
    if (below(2)) numbers[(*count)++] = (uint32_t)row;
  return numbers;
}

static uint64_t digest;

/// FNV-1a over words of 32 bits.
static void add_word(uint32_t word) { digest = (digest ^ word) * 0x100000001B3u; }

static void add_count(uint64_t count) {
  add_word((uint32_t)count);
  add_word((uint32_t)(count >> 32));
}

/// Every bit of some results. Which bits a NaN has is up to the processor, and no input here may
/// lead to one.
static void add_floats(const float *values, size_t count) {
  for (size_t n = 0; n < count; n++) {
    uint32_t bits;
    memcpy(&bits, values + n, sizeof bits);
    if ((bits & 0x7FFFFFFFu) > 0x7F800000u) {
      fprintf(stderr, "a result is not a number; the inputs of this test are not good\n");
      exit(70);
    }
    add_word(bits);
  }
}

/// A copy of a text whose last byte is the last one that may be read.
static uint8_t *guarded(const void *text, size_t count) {
  static uint8_t *pages;
  static size_t room;
  size_t page = (size_t)sysconf(_SC_PAGESIZE);
  if (!pages) {
    room = 64 * page;
    pages = mmap(0, room + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (pages == MAP_FAILED || mprotect(pages + room, page, PROT_NONE) != 0) abort();
  }
  if (count > room) abort();
  return memcpy(pages + room - count, text, count);
}

#endif
