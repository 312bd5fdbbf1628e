"""Beside `adam-epoch`: an epoch of the second model by Keras' Adam, in batches of 64.

The same ratings as in our loop: as many users, items and ratings as the tutorial trains on. Keras'
Adam moves every row in each step, as ours does, because the penalty has a gradient for every row.
"""

import keras
import numpy as np
from keras_models import biased_dot
from peer import take_turns

RATINGS, USERS, ITEMS = 90_752, 610, 9724

row = np.arange(RATINGS)
users = (row * 7919 % USERS).astype(np.int32)
items = (row * 104_729 % ITEMS).astype(np.int32)
values = (row * 31 % 10 / 2 + 0.5).astype(np.float32)
model = biased_dot(USERS, ITEMS, 0.5, 5.0)


def epoch():
    model.fit([users, items], values, batch_size=64, epochs=1, verbose=0)


take_turns("Keras", keras.__version__, RATINGS, epoch)
