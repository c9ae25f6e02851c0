"""Explicit ALS in numpy, a row at a time in one thread: python3 als.py RATINGS USERS ITEMS RANK LAMBDA SWEEPS.

Prints the seconds of the sweeps and those of the processor.

RATINGS holds users, items (32-bit integers) and values (64-bit floats), one array after the other.
"""

import os
import sys
import time

os.environ["OPENBLAS_NUM_THREADS"] = "1"

import numpy as np

path, users, items, rank, weight, sweeps = sys.argv[1], *map(float, sys.argv[2:])
users, items, rank, sweeps = int(users), int(items), int(rank), int(sweeps)
raw = np.fromfile(path, dtype=np.uint8)
count = len(raw) // 16
user = raw[: 4 * count].view(np.int32)
item = raw[4 * count : 8 * count].view(np.int32)
value = raw[8 * count :].view(np.float64)


def by(rows, columns, height):
    order = np.argsort(rows, kind="stable")
    bounds = np.searchsorted(rows[order], np.arange(height + 1))
    return bounds, columns[order], value[order]


def solve(view, fixed, solved):
    bounds, columns, values = view
    for row in range(len(solved)):
        start, end = bounds[row], bounds[row + 1]
        if start == end:
            continue
        q = fixed[columns[start:end]]
        matrix = q.T @ q + weight * (end - start) * np.eye(rank)
        solved[row] = np.linalg.solve(matrix, q.T @ values[start:end])


random = np.random.default_rng(1)
p, q = (0.1 / np.sqrt(rank) * random.standard_normal((n, rank)) for n in (users, items))
by_user, by_item = by(user, item, users), by(item, user, items)
started, busy = time.perf_counter(), time.process_time()
for _ in range(sweeps):
    solve(by_user, q, p)
    solve(by_item, p, q)
print(time.perf_counter() - started, time.process_time() - busy)
