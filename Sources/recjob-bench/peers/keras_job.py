"""Beside `job-small`: the tutorial's whole job as a Python program, from the zip to the lists.

It reads the ratings from the shipped zip, numbers users and items, keeps the tutorial's tenth back,
fits the second model for five epochs in batches of 64 while watching that tenth, and writes the ten
best unseen items of every user to a file. numpy alone reads and splits: pandas and scikit-learn,
which the tutorial uses, would only take longer to import. Ours evaluates, exports and bundles more.
"""

import io
import json
import sys
import zipfile

import keras
import numpy as np
from keras_models import biased_dot

BEST, EPOCHS, BATCH = 10, 5, 64

archive, output = sys.argv[1:]
with zipfile.ZipFile(archive) as members:
    text = members.read("ml-latest-small/ratings.csv").decode()
columns = np.loadtxt(io.StringIO(text), delimiter=",", skiprows=1)
user_ids, users = np.unique(columns[:, 0].astype(np.int64), return_inverse=True)
item_ids, items = np.unique(columns[:, 1].astype(np.int64), return_inverse=True)
users, items = users.astype(np.int32), items.astype(np.int32)
values = columns[:, 2].astype(np.float32)

# The rows that train_test_split(test_size=0.1, random_state=42) keeps back.
order = np.random.RandomState(42).permutation(len(values))
held_out_count = -(-len(values) // 10)
held_out, train = order[:held_out_count], order[held_out_count:]

keras.utils.set_random_seed(0)
model = biased_dot(len(user_ids), len(item_ids), float(values.min()), float(values.max()))
history = model.fit(
    [users[train], items[train]],
    values[train],
    batch_size=BATCH,
    epochs=EPOCHS,
    validation_data=([users[held_out], items[held_out]], values[held_out]),
    verbose=0,
)

# Some users at a time: all pairs at once took a gigabyte more, and were no faster.
best, scores = [], []
all_items = np.arange(len(item_ids), dtype=np.int32)
for some in np.array_split(np.arange(len(user_ids), dtype=np.int32), 10):
    pairs = [np.repeat(some, len(item_ids)), np.tile(all_items, len(some))]
    ratings = model.predict(pairs, batch_size=8192, verbose=0).reshape(len(some), len(item_ids))
    seen = (users >= some[0]) & (users <= some[-1])
    ratings[users[seen] - some[0], items[seen]] = -np.inf
    best.append(np.argpartition(-ratings, BEST, axis=1)[:, :BEST])
    scores.append(np.take_along_axis(ratings, best[-1], axis=1))
best, scores = np.concatenate(best), np.concatenate(scores)
places = np.argsort(-scores, axis=1)
with open(output, "w", encoding="utf-8") as file:
    print("user_id,rank,item_id,score", file=file)
    for user, places_of_user in enumerate(places):
        for rank, place in enumerate(places_of_user, start=1):
            item, score = item_ids[best[user, place]], scores[user, place]
            print(f"{user_ids[user]},{rank},{item},{score}", file=file)

loss = history.history["val_loss"][-1]
print(f"validation loss with penalty {loss:.4f}", file=sys.stderr)
print(json.dumps({"peer": "Keras", "peer_version": keras.__version__}))
