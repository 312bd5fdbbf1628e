"""Beside `parse-csv`: the same text, from memory, into four columns by polars.

The types of the columns are given, so that polars need not guess them; POLARS_MAX_THREADS is one.
"""

import sys

import polars
from csv_text import ratings_text
from peer import take_turns

rows = int(sys.argv[1])
text = ratings_text(rows)
types = {
    "userId": polars.Int64,
    "movieId": polars.Int64,
    "rating": polars.Float32,
    "timestamp": polars.Int64,
}


def read():
    table = polars.read_csv(text, schema=types)
    assert table.height == rows


take_turns("polars", polars.__version__, rows, read, bytes=len(text))
