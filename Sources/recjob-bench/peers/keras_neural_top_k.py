"""Beside `neural-top-k`: the third model's ratings of all items for some users, and their ten best.

Keras predicts pair by pair; it has no other way to ask for all items of a user. numpy selects the
ten best. What a user has seen is not left out, which is to the peer's favour.
"""

import sys

import keras
import numpy as np
from keras_models import neural
from peer import take_turns

USERS, ITEMS, BEST = 12_000, 27_000, 10
# The fastest of 1024 to 262,144, compiled or not.
BATCH = 8192
# The rate is the same for any number of users; a turn should take a second or two.
some = min(int(sys.argv[1]) // ITEMS, 70)

model = neural(USERS, ITEMS, 0.5, 5.0)
users = np.repeat(np.arange(some, dtype=np.int32), ITEMS)
items = np.tile(np.arange(ITEMS, dtype=np.int32), some)


def recommend():
    ratings = model.predict([users, items], batch_size=BATCH, verbose=0).reshape(some, ITEMS)
    best = np.argpartition(-ratings, BEST, axis=1)[:, :BEST]
    order = np.argsort(-np.take_along_axis(ratings, best, axis=1), axis=1)
    return np.take_along_axis(best, order, axis=1)


take_turns("Keras", keras.__version__, some * ITEMS, recommend)
