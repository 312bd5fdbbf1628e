"""Recomputes the lists of a run and its test RMSE from the model bundle and the ratings alone.

usage: read_bundle.py RUN ARCHIVE     prints a JSON object with what differs
"""
import csv, json, sys, zipfile
import numpy as np
from safetensors.numpy import load_file

run, archive = sys.argv[1:]
model = f"{run}/model"

# The reader: what anyone needs who has numpy and safetensors.
config = json.load(open(f"{model}/config.json", encoding="utf-8"))
tensors, seen = load_file(f"{model}/model.safetensors"), load_file(f"{model}/seen.safetensors")
users, items = (list(csv.DictReader(open(f"{model}/{name}.csv", encoding="utf-8", newline="")))
                for name in ("users", "items"))
low, high = config["rating_scale"]["minimum"], config["rating_scale"]["maximum"]
cold = np.array([item["train_count"] == "0" for item in items])

def keys(u):  # of all items
    p, q = tensors["user_factors"][u], tensors["item_factors"]
    if config["type"] != "neural": return q @ p + tensors["user_bias"][u] + tensors["item_bias"]
    layer = np.concatenate([np.broadcast_to(p, q.shape), q], axis=1)
    for n in range(1, len(config["hidden"]) + 2):
        layer = np.maximum(layer, 0) if n > 1 else layer
        layer = layer @ tensors[f"dense_{n}_kernel"] + tensors[f"dense_{n}_bias"]
    mean = (config["train_mean"] - low) / (high - low)
    is_cold = cold | (users[u]["train_count"] == "0")
    return np.where(is_cold, np.float32(np.log(mean / (1 - mean))), layer[:, 0])

def rating(key):
    return low + (high - low) / (1 + np.exp(-np.float64(key)))

# The comparison with what the run published.
item_of = {item["item_id"]: i for i, item in enumerate(items)}
user_of = {user["user_id"]: u for u, user in enumerate(users)}
lists = [json.loads(line) for line in open(f"{run}/recommendations.jsonl", encoding="utf-8")]
k = max(len(entry["recommendations"]) for entry in lists)
key_gap = score_gap = 0.0
compared = 0
all_keys = np.stack([keys(u) for u in range(len(users))])
for entry in lists:
    u = user_of[entry["user_id"]]
    key = all_keys[u].copy()
    key[seen["indices"][seen["indptr"][u]:seen["indptr"][u + 1]]] = -np.inf
    best = [i for i in np.argsort(-key, kind="stable")[:k] if key[i] > -np.inf]
    published = [item_of[line["item_id"]] for line in entry["recommendations"]]
    assert len(best) == len(published), entry["user_id"]
    for i, j, line in zip(best, published, entry["recommendations"]):
        # Another item in this place is right only if its key is as good as the same.
        if i != j and "relevance" not in config: key_gap = max(key_gap, abs(float(key[i]) - float(key[j])))
        score_gap = max(score_gap, abs(float(rating(key[j])) - line["score"]))
        compared += 1

with zipfile.ZipFile(archive) as file:
    name = next(name for name in file.namelist() if name.endswith("ratings.csv"))
    rows = list(csv.reader(file.read(name).decode().splitlines()))[1:]
held_out = np.random.RandomState(42).permutation(len(rows))[:-(-len(rows) // 10)]
pairs = [(user_of[rows[r][0]], item_of[rows[r][1]], float(rows[r][2])) for r in held_out]
errors = [rating(all_keys[u, i]) - value for u, i, value in pairs]

# The reader that the bundle carries in its own README.
scope = {}
card = open(f"{model}/README.md", encoding="utf-8").read()
exec(card.split("```python\n")[1].split("```")[0], scope)
card_lists = scope["lists"](model, k)
card_gap = max(abs(score - line["score"]) for entry in lists for (_, score), line
               in zip(card_lists[entry["user_id"]], entry["recommendations"]))
# By relevance, the order itself is what the card's reader has to find again.
moved = sum(item != line["item_id"] for entry in lists for (item, _), line
            in zip(card_lists[entry["user_id"]], entry["recommendations"]))

print(json.dumps({
    "compared": compared, "key_gap": key_gap, "score_gap": score_gap, "card_score_gap": 0.0 if "relevance" in config else card_gap, "moved": moved,
    "card_users": len(card_lists), "held_out": len(pairs),
    "rmse": float(np.sqrt(np.mean(np.square(errors))))}))
