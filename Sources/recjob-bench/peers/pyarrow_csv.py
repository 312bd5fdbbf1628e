"""Beside `parse-csv`: the same text, from memory, into four columns by Arrow.

The types of the columns are given, so that Arrow need not guess them.
"""

import sys

import pyarrow
import pyarrow.csv
from csv_text import ratings_text
from peer import take_turns

rows = int(sys.argv[1])
text = ratings_text(rows)
pyarrow.set_cpu_count(1)
reading = pyarrow.csv.ReadOptions(use_threads=False)
types = pyarrow.csv.ConvertOptions(
    column_types={
        "userId": pyarrow.int64(),
        "movieId": pyarrow.int64(),
        "rating": pyarrow.float32(),
        "timestamp": pyarrow.int64(),
    }
)


def read():
    source = pyarrow.BufferReader(text)
    table = pyarrow.csv.read_csv(source, read_options=reading, convert_options=types)
    assert table.num_rows == rows


take_turns("pyarrow", pyarrow.__version__, rows, read, bytes=len(text))
