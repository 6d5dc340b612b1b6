"""Keyed hashes of short values as they stand, and of rows of numbers."""

from __future__ import annotations

import numpy as np
from numba import njit

from detector.text.hashing import finish, step
from detector.text.lanes import LANES, eight_bytes


@njit(cache=True, nogil=True)
def hash_values(data, starts, ends, keys, purpose, out):  # type: ignore[no-untyped-def]
    """Keyed hash of the bytes of each value as they stand; `purpose` keeps kinds of value apart."""
    k = keys[0]
    for t in range(starts.size):
        h = keys[5] ^ purpose
        i, end = np.uint64(starts[t]), np.uint64(ends[t])
        size = end - i
        while i + LANES <= end:
            h = step(h, eight_bytes(data, i, end), k)
            i += LANES
        out[t] = finish(step(h, eight_bytes(data, i, end) | (size << np.uint64(56)), k))


@njit(cache=True, nogil=True)
def combine(columns, keys, purpose, out):  # type: ignore[no-untyped-def]
    """Keyed hash of each row of a matrix of 64-bit values."""
    k = keys[0]
    for t in range(columns.shape[0]):
        h = keys[6] ^ purpose
        for c in range(columns.shape[1]):
            h = step(h, columns[t, c], k)
        out[t] = finish(h)
