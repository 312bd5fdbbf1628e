#include "CKernels.h"

#include <string.h>

#include "vector.h"

// A row is read in two steps, neither of which waits for the other's branches: the places of all
// bytes that are no digits are listed for a window of text, sixty-four bytes at a time; then the
// fields are taken from the list, so that no field waits for the end of the one before.

typedef uint8_t bytes64 __attribute__((vector_size(64), aligned(1), may_alias));
typedef _Bool bools64 __attribute__((ext_vector_type(64)));

enum {
  /// The bytes of a window; places in it have 16 bits.
  window = 1 << 14,
  /// More than a plain row has, and than a read may go beyond the end of a window.
  slack = 128,
};

/// Lists the places of the bytes that are no digits; `count` is a multiple of 64.
INLINE size_t list_marks(const uint8_t *text, size_t count, uint16_t *marks) {
  size_t found = 0;
  for (size_t start = 0; start < count; start += 64) {
    bytes64 is_mark = (bytes64)((*(const bytes64 *)(text + start) - (uint8_t)'0') > 9);
    bools64 lanes = __builtin_convertvector(is_mark, bools64);
    uint64_t bits;
    memcpy(&bits, &lanes, 8);
    size_t here = (size_t)__builtin_popcountll(bits);
    // Eight at a time without a look at how many are left; the list has room for the surplus.
    for (size_t done = 0; done < here; done += 8)
      for (size_t next = 0; next < 8; next++) {
        marks[found + done + next] = (uint16_t)(start + (bits ? __builtin_ctzll(bits) : 0));
        bits &= bits - 1;
      }
    found += here;
  }
  return found;
}

/// Eight bytes, the first of them lowest.
INLINE uint64_t word_at(const uint8_t *text) {
  uint64_t word;
  memcpy(&word, text, 8);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
  word = __builtin_bswap64(word);
#endif
  return word;
}

/// The number that 1 to 8 digits spell, which are the first of eight bytes.
INLINE uint64_t digits8(uint64_t word, size_t length) {
  // Zeros are shifted in before the first digit; then pairs, fours and eights are joined.
  word = (word & 0x0f0f0f0f0f0f0f0f) << (64 - 8 * length);
  word = (word * 10 + (word >> 8)) & 0x00ff00ff00ff00ff;
  word = (word * 100 + (word >> 16)) & 0x0000ffff0000ffff;
  return (word * 10000 + (word >> 32)) & 0xffffffff;
}

/// The number that 1 to 16 digits spell; up to 8 bytes after them are read.
INLINE uint64_t digits16(const uint8_t *text, size_t length) {
  if (length <= 8) return digits8(word_at(text), length);
  return digits8(word_at(text), length - 8) * 100000000 + digits8(word_at(text + length - 8), 8);
}

/// Takes an id: a canonical decimal of at most 16 digits.
INLINE int take_id(const uint8_t *text, size_t start, size_t end, uint64_t *id) {
  size_t length = end - start;
  if (length - 1 >= 16 || (text[start] == '0' && length > 1)) return 0;
  *id = digits16(text + start, length);
  return 1;
}

/// Takes the delimiter that begins at a mark.
INLINE int take_delimiter(const uint8_t *text, const uint16_t *marks, size_t *mark,
                          const uint8_t *delimiter, size_t width) {
  size_t place = marks[*mark];
  if (text[place] != delimiter[0]) return 0;
  if (width == 2 && text[place + 1] != delimiter[1]) return 0;
  *mark += width;
  return 1;
}

static const uint64_t powers_of_ten[] = {1, 10, 100, 1000, 10000, 100000, 1000000, 10000000};

/// Takes a rating that begins at `start`, and moves the mark to the one after it.
INLINE int take_rating(const uint8_t *text, size_t start, const uint16_t *marks, size_t *mark,
                       float *rating) {
  size_t end = marks[*mark];
  size_t length = end - start, decimals = 0;
  uint64_t mantissa = text[start] - (uint64_t)'0';
  if (text[end] == '.') {
    decimals = marks[++*mark] - end - 1;
    // One digit on either side is what nearly all ratings have.
    if (length == 1 && decimals == 1) {
      mantissa = mantissa * 10 + (text[end + 1] - (uint64_t)'0');
    } else {
      if (length - 1 >= 8 || decimals - 1 >= 7) return 0;
      mantissa = digits8(word_at(text + start), length) * powers_of_ten[decimals] +
                 digits8(word_at(text + end + 1), decimals);
    }
  } else if (length != 1) {
    if (length - 1 >= 8) return 0;
    mantissa = digits8(word_at(text + start), length);
  }
  // Both are exact, so that the quotient is the nearest double.
  *rating = (float)((double)mantissa / (double)powers_of_ten[decimals]);
  return 1;
}

/// Reads the plain rows of a window whose marks are listed; returns how many.
INLINE size_t take_rows(const uint8_t *text, const uint16_t *marks, size_t mark_count,
                        const rk_row_shape *shape, size_t width, int has_timestamps,
                        rk_row_columns columns, size_t capacity, size_t *next) {
  size_t start = 0, mark = 0, row = 0;
  // No id has this length.
  size_t user_length = ~(size_t)0;
  uint64_t user = 0, user_word = 0, user_mask = 0;
  // A row has at most three delimiters, a point and a line end of two bytes.
  for (; row < capacity && mark + 3 * width + 3 <= mark_count; row++) {
    size_t end = marks[mark];
    if (!take_delimiter(text, marks, &mark, shape->delimiter, width)) break;
    // Most files are sorted by user: the same digits again are the same number.
    uint64_t word = word_at(text + start);
    if (end - start != user_length || ((word ^ user_word) & user_mask)) {
      if (!take_id(text, start, end, &user)) break;
      user_length = end - start < 8 ? end - start : ~(size_t)0;
      user_word = word;
      user_mask = ((uint64_t)1 << (8 * user_length & 63)) - 1;
    }

    uint64_t item;
    size_t field = end + width;
    end = marks[mark];
    if (!take_delimiter(text, marks, &mark, shape->delimiter, width)) break;
    if (!take_id(text, field, end, &item)) break;

    float rating;
    if (!take_rating(text, end + width, marks, &mark, &rating)) break;
    if (!(shape->minimum <= rating && rating <= shape->maximum)) break;
    end = marks[mark];
    if (has_timestamps) {
      if (!take_delimiter(text, marks, &mark, shape->delimiter, width)) break;
      field = end + width;
      end = marks[mark];
      if (end - field - 1 >= 16) break;
      columns.timestamps[row] = (int64_t)digits16(text + field, end - field);
    }

    size_t line_feed = end + (text[end] == '\r');
    if (text[line_feed] != '\n') break;
    mark += 1 + line_feed - end;
    columns.users[row] = user;
    columns.items[row] = item;
    columns.values[row] = rating;
    start = line_feed + 1;
  }
  *next = start;
  return row;
}

INLINE size_t scan(const uint8_t *text, size_t count, const rk_row_shape *shape, size_t width,
                   int has_timestamps, const rk_row_columns *columns, size_t capacity,
                   size_t *next) {
  uint16_t marks[window + 8];
  uint8_t padded[3 * slack];
  size_t position = 0, rows = 0;
  while (rows < capacity && position < count) {
    const uint8_t *piece = text + position;
    size_t rest = count - position;
    size_t length = window;
    if (rest <= 2 * slack) {
      // Bytes beyond the end are not ours to read. Zeros are marks, too, but end no row.
      memset(padded, 0, sizeof padded);
      memcpy(padded, piece, rest);
      piece = padded;
      length = 2 * slack;
    } else if (rest < window + slack) {
      length = (rest - slack) & ~(size_t)63;
    }
    size_t mark_count = list_marks(piece, length, marks);
    rk_row_columns free = {columns->users + rows, columns->items + rows, columns->values + rows,
                           columns->timestamps + rows};
    size_t taken = 0;
    size_t found = take_rows(piece, marks, mark_count, shape, width, has_timestamps, free,
                             capacity - rows, &taken);
    rows += found;
    position += taken;
    // The next row is not plain, since a window has room for one that is, or it is not whole.
    if (found == 0) break;
  }
  *next = position;
  return rows;
}

CLONES size_t rk_plain_rows(const uint8_t *text, size_t count, const rk_row_shape *shape,
                            const rk_row_columns *columns, size_t capacity, size_t *next) {
  // Each shape has a loop of its own, without a question in it that has one answer for all rows.
  if (shape->delimiter[1] == 0)
    return shape->has_timestamps ? scan(text, count, shape, 1, 1, columns, capacity, next)
                                 : scan(text, count, shape, 1, 0, columns, capacity, next);
  return shape->has_timestamps ? scan(text, count, shape, 2, 1, columns, capacity, next)
                               : scan(text, count, shape, 2, 0, columns, capacity, next);
}
