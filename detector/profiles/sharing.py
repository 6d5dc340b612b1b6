"""Which values several principals seem to hold, told in buckets of them before anything is sorted."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

#: About two buckets for each value, but no more than this many.
MOST_BUCKETS = 1 << 25
_NOBODY, _SEVERAL = -1, -2


def seem_shared(values: npt.NDArray[np.uint64], principal: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Rows of the values in whose bucket there are those of several principals: all that are shared, and few others.

    Parameters
    ----------
    values : ndarray of uint64, shape (n * each,)
        Values of each of n entries, one entry after another; 0 is none.
    principal : ndarray of int64, shape (n,)
        Who holds them, as numbers below 2³¹.
    """
    each = max(1, len(values) // max(1, len(principal)))
    owner = np.full(min(1 << (2 * len(values)).bit_length(), MOST_BUCKETS), _NOBODY, np.int32)
    shared = np.zeros(len(values), np.bool_)
    _mark(values, principal, each, owner, shared)
    return np.flatnonzero(shared)


@njit(cache=True, nogil=True)
def _mark(values, principal, each, owner, shared):  # type: ignore[no-untyped-def]
    """Tell who holds a bucket, `_SEVERAL` where more than one does, and then what is in the buckets of several."""
    last = np.uint64(len(owner) - 1)
    for entry in range(len(principal)):
        for row in range(entry * each, entry * each + each):
            value = values[row]
            if value != 0:
                bucket = value & last
                if owner[bucket] == _NOBODY:
                    owner[bucket] = principal[entry]
                elif owner[bucket] != principal[entry]:
                    owner[bucket] = _SEVERAL
    for row in range(len(values)):
        shared[row] = values[row] != 0 and owner[values[row] & last] == _SEVERAL
