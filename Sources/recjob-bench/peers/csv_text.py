"""The text that `parse-csv` reads, byte for byte: rows in MovieLens' layout."""


def ratings_text(rows):
    parts = ["userId,movieId,rating,timestamp\n"]
    for row in range(rows):
        user, item = row // 150 + 1, row * 7919 % 9000 + 1
        parts.append(f"{user},{item},{row % 10 // 2}.5,{1_000_000_000 + row}\n")
    return "".join(parts).encode()
