"""Prints the rows of a recommendations.csv, as Python's csv module reads it, as JSON."""

import csv
import json
import sys

with open(sys.argv[1], encoding="utf-8", newline="") as file:
    rows = list(csv.DictReader(file, strict=True))
columns = ["user_id", "rank", "item_id", "score", "title"]
assert all(list(row) == columns for row in rows)
print(json.dumps([[row["user_id"], int(row["rank"]), row["item_id"], float(row["score"]), row["title"]] for row in rows]))
