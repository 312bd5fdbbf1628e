#ifndef RECJOB_TESTS_DIGESTS_TEXT_H
#define RECJOB_TESTS_DIGESTS_TEXT_H

#include "CKernels.h"
#include "inputs.h"

// Rows of text, most of them plain.

static size_t add_digits(char *text, size_t length, size_t digits) {
  text[length] = (char)('1' + below(9));
  for (size_t n = 1; n < digits; n++) text[length + n] = (char)('0' + below(10));
  return length + digits;
}

static size_t add_text(char *text, size_t length, const char *part) {
  memcpy(text + length, part, strlen(part));
  return length + strlen(part);
}

/// A row; one of some thirty has something in it that is not plain.
static size_t add_row(char *text, size_t length, const char *delimiter, int has_timestamp) {
  static const char *const odd_ids[] = {"007", "", "12345678901234567", "x", "-5", "\"9\""};
  static const char *const odd_ratings[] = {".5", "5.", "1e1", "123456789", "0.12345678", "nan"};
  static const char *const plain_ratings[] = {"4", "0.5", "4.5", "3.75", "12345678.1234567", "0.0"};
  size_t odd = below(64);
  // The same user as in the row before is what the reader is fastest at.
  static char user[24] = "1";
  if (below(4) == 0) user[add_digits(user, 0, 1 + below(16))] = 0;
  length = add_text(text, length, odd == 0 ? odd_ids[below(6)] : user);
  length = add_text(text, length, delimiter);
  if (odd == 1) {
    length = add_text(text, length, odd_ids[below(6)]);
  } else {
    length = add_digits(text, length, 1 + below(16));
  }
  length = add_text(text, length, delimiter);
  if (odd == 2) {
    length = add_text(text, length, odd_ratings[below(6)]);
  } else if (below(8) == 0) {
    length = add_text(text, length, plain_ratings[below(6)]);
  } else {
    length = add_digits(text, length, 1);
    length = add_text(text, length, below(2) ? ".5" : ".0");
  }
  if (has_timestamp) {
    length = add_text(text, length, delimiter);
    length = add_digits(text, length, below(8) ? 10 : 1 + below(16));
  }
  return add_text(text, length, below(8) ? "\n" : "\r\n");
}

/// All plain rows of a text; the reader is called again behind each row that is not.
static void read_all(const char *text, size_t count, const rk_row_shape *shape, size_t capacity) {
  const uint8_t *bytes = guarded(text, count);
  size_t mark = arena_used;
  rk_row_columns columns = {piece(capacity * 8), piece(capacity * 8), piece(capacity * 4),
                            piece(capacity * 8)};
  size_t position = 0;
  while (position < count) {
    size_t next = 0;
    size_t rows =
        rk_plain_rows(bytes + position, count - position, shape, &columns, capacity, &next);
    add_count(rows);
    add_count(next);
    add_floats(columns.values, rows);
    for (size_t row = 0; row < rows; row++) {
      add_count(columns.users[row]);
      add_count(columns.items[row]);
      if (shape->has_timestamps) add_count((uint64_t)columns.timestamps[row]);
    }
    position += next;
    if (rows == capacity) continue;
    const uint8_t *end = memchr(bytes + position, '\n', count - position);
    if (!end) break;
    position = (size_t)(end - bytes) + 1;
  }
  arena_used = mark;
}

static void test_plain_rows(void) {
  static const char *const delimiters[] = {",", "\t", "::", ";"};
  for (size_t kind = 0; kind < 8; kind++) {
    const char *delimiter = delimiters[kind / 2];
    rk_row_shape shape = {{(uint8_t)delimiter[0], (uint8_t)delimiter[1]}, kind % 2, 0, 1e8f};
    // Longer than the two windows that it is read in.
    char *text = piece(50000);
    size_t length = 0;
    while (length < 49000) length = add_row(text, length, delimiter, shape.has_timestamps);
    read_all(text, length, &shape, 1000);
    shape.maximum = 5;
    read_all(text, length, &shape, 7);
    // Ends at every place of a row.
    for (size_t end = 0; end < 300; end++) read_all(text, end, &shape, 1000);
  }
}

#endif
