"""Which values several accounts seem to hold, told in buckets of them before anything is sorted."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

#: About four buckets for each value, but no more than this many.
MOST_BUCKETS = 1 << 26
_SPREAD, _HALF = np.uint64(0x9E3779B97F4A7C15), np.uint64(32)


def seem_shared(starts: npt.NDArray[np.int64], values: npt.NDArray[np.uint64]) -> npt.NDArray[np.bool_]:
    """Tell the values in whose bucket there are those of several accounts: all that are shared, and few others.

    Parameters
    ----------
    starts : ndarray of int64, shape (n_accounts + 1,)
        First value of each account, and one past the last.
    values : ndarray of uint64
        Values, account by account; 0 is none.
    """
    buckets = np.zeros(min(1 << (2 * len(values)).bit_length() + 1, MOST_BUCKETS), np.uint8)
    seen = np.empty(1 << (2 * int(np.diff(starts).max(initial=0))).bit_length(), np.uint64)
    shared = np.zeros(len(values), np.bool_)
    _mark(starts, values, buckets, seen, shared)
    return shared


@njit(cache=True, nogil=True)
def _mark(starts, values, buckets, seen, shared):  # type: ignore[no-untyped-def]
    """Count the accounts of each bucket, once for each of its values, and tell what is in the buckets of several."""
    last = np.uint64(len(buckets) - 1)
    for account in range(len(starts) - 1):
        size = 1
        while size < 2 * (starts[account + 1] - starts[account]):
            size *= 2
        seen[:size] = 0
        for row in range(starts[account], starts[account + 1]):
            value = values[row]
            if value != 0 and _is_new(value, seen, np.uint64(size - 1)) and buckets[value & last] < 2:
                buckets[value & last] += 1
    for row in range(len(values)):
        shared[row] = values[row] != 0 and buckets[values[row] & last] > 1


@njit(cache=True, nogil=True, inline="always")
def _is_new(value, seen, last):  # type: ignore[no-untyped-def]
    """Whether a value is not among those that were seen, where it is now."""
    at = ((value * _SPREAD) >> _HALF) & last
    while seen[at] != 0:
        if seen[at] == value:
            return False
        at = (at + np.uint64(1)) & last
    seen[at] = value
    return True
