"""Beside `top-k` and `top-k-all`: the ten best of 27,000 items for each user, by implicit.

This is what its recommend() calls for many users: scores by the matrix product of a BLAS, then a
selection in C++ that leaves out what the user has seen, here as many items as in our loops. The items'
rows are as long as in the loop: all alike in `top-k-all`, in `top-k` short for most. implicit looks at
all items in both.
"""

import sys

import implicit
import numpy as np
import scipy.sparse
from implicit.cpu.topk import topk
from peer import take_turns

ITEMS, FACTORS, SEEN, BEST = 27_000, 64, 145, 10
users, loop = int(sys.argv[1]), sys.argv[2]

random = np.random.default_rng(1)
item_factors = random.random((ITEMS, FACTORS), dtype=np.float32) - np.float32(0.5)
user_factors = random.random((users, FACTORS), dtype=np.float32) - np.float32(0.5)
if loop == "top-k":
    lengths = 1 / (1 + np.arange(ITEMS) * 7919 % ITEMS / 3000)
    item_factors *= lengths[:, np.newaxis].astype(np.float32)
seen_items = (np.arange(SEEN) * ITEMS // SEEN + np.arange(users)[:, np.newaxis]) % ITEMS
seen = scipy.sparse.csr_matrix(
    (
        np.ones(users * SEEN, np.float32),
        np.sort(seen_items, axis=1).astype(np.int32).ravel(),
        np.arange(0, users * SEEN + 1, SEEN),
    ),
    shape=(users, ITEMS),
)


def recommend():
    ids, _ = topk(item_factors, user_factors, BEST, filter_query_items=seen, num_threads=1)
    assert ids.shape == (users, BEST)


take_turns("implicit", implicit.__version__, users, recommend)
