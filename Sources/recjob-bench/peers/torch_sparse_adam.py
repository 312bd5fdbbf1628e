"""Beside `lazy-adam-epoch`: an epoch of the second model by PyTorch's SparseAdam, in batches of 64.

The same ratings as in our loop, and as there only the rows of a batch move. Our loop has a penalty on
those rows besides; it is left out here, which is to the peer's favour. The ratings of an epoch are
shuffled at once, since a DataLoader would take longer than the training itself.
"""

import numpy as np
import torch
from peer import take_turns

RATINGS, USERS, ITEMS, FACTORS, BATCH = 90_752, 610, 9724, 50, 64
MINIMUM, RANGE = 0.5, 4.5

torch.set_num_threads(1)
torch.set_num_interop_threads(1)
torch.manual_seed(0)
row = np.arange(RATINGS)
users = torch.from_numpy(row * 7919 % USERS)
items = torch.from_numpy(row * 104_729 % ITEMS)
values = torch.from_numpy((row * 31 % 10 / 2 + 0.5).astype(np.float32))


def table(count, width):
    embedding = torch.nn.Embedding(count, width, sparse=True)
    torch.nn.init.normal_(embedding.weight, std=0.05)
    return embedding


user_factors, item_factors = table(USERS, FACTORS), table(ITEMS, FACTORS)
user_bias, item_bias = table(USERS, 1), table(ITEMS, 1)
tables = [user_factors, item_factors, user_bias, item_bias]
optimizer = torch.optim.SparseAdam([t.weight for t in tables], lr=0.001)


def epoch():
    order = torch.randperm(RATINGS)
    batches = [part.split(BATCH) for part in (users[order], items[order], values[order])]
    for user, item, value in zip(*batches):
        product = (user_factors(user) * item_factors(item)).sum(1, keepdim=True)
        score = (product + user_bias(user) + item_bias(item)).squeeze(1)
        loss = (torch.sigmoid(score) * RANGE + MINIMUM - value).square().mean()
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()


take_turns("PyTorch SparseAdam", torch.__version__, RATINGS, epoch)
