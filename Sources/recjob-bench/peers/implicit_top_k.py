"""Beside `top-k`: the ten best of 27,000 items with 64 factors for each user, by implicit.

This is what its recommend() calls for many users: scores by the matrix product of a BLAS, then a
selection in C++ that leaves out what the user has seen, here 145 items of each as in MovieLens.
"""

import sys

import implicit
import numpy as np
import scipy.sparse
from implicit.cpu.topk import topk
from peer import take_turns

ITEMS, FACTORS, SEEN, BEST = 27_000, 64, 145, 10
# Rates do not depend on how many users there are; a turn should take a second or two.
users = min(int(sys.argv[1]), 20_000)

random = np.random.default_rng(1)
item_factors = (random.random((ITEMS, FACTORS), dtype=np.float32) - 0.5).copy()
user_factors = (random.random((users, FACTORS), dtype=np.float32) - 0.5).copy()
# Some items are seen far more often than others; one that is drawn twice is seen once.
seen_items = (ITEMS * random.random(users * SEEN) ** 2).astype(np.int32)
seen = scipy.sparse.csr_matrix(
    (np.ones(users * SEEN, np.float32), seen_items, np.arange(0, users * SEEN + 1, SEEN)),
    shape=(users, ITEMS),
)
seen.sum_duplicates()


def recommend():
    ids, _ = topk(item_factors, user_factors, BEST, filter_query_items=seen, num_threads=1)
    assert ids.shape == (users, BEST)


take_turns("implicit", implicit.__version__, users, recommend)
