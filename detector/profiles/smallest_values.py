"""The smallest distinct values of each account and kind, with their counts, of values that come in any order."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
from numba import njit

from detector.profiles.whole_days import KINDS

Ints = npt.NDArray[np.int64]


class SmallestValues:
    """Bottom-k sketches over the days of a window: a value that is pushed out can never be among the smallest again.

    Parameters
    ----------
    n_accounts : int
    most : int
        Values that are kept of each account and kind.
    """

    def __init__(self, n_accounts: int, most: int) -> None:
        groups = n_accounts * len(KINDS)
        self._keys = np.zeros((groups, most), np.uint64)
        self._requests = np.zeros((groups, most), np.int64)
        self._sizes = np.zeros(groups, np.int64)

    def take(self, account: Ints, kind: Ints, key: npt.NDArray[np.uint64], requests: Ints) -> None:
        """Count values; 0 is none."""
        _take(account * len(KINDS) + kind, key, requests, self._keys, self._requests, self._sizes)

    def table(self) -> pd.DataFrame:
        """Those that are kept as in `Profile.distinct`, with 0 for a day."""
        held = np.arange(self._keys.shape[1]) < self._sizes[:, np.newaxis]
        group = np.repeat(np.arange(len(self._sizes)), self._sizes)
        columns = {
            "account": group // len(KINDS),
            "day": np.zeros(len(group), np.int64),
            "kind": group % len(KINDS),
            "key": self._keys[held],
            "requests": self._requests[held],
        }
        return pd.DataFrame(columns, copy=False)


@njit(cache=True, nogil=True)
def _take(group, key, requests, keys, counts, sizes):  # type: ignore[no-untyped-def]
    """Put each value at its place among the smallest of its group, or add to its count if it is there."""
    most = keys.shape[1]
    for i in range(len(group)):
        value, g = key[i], group[i]
        size = sizes[g]
        if value == 0 or (size == most and value > keys[g, most - 1]):
            continue
        place = size
        while place > 0 and keys[g, place - 1] > value:
            place -= 1
        if place > 0 and keys[g, place - 1] == value:
            counts[g, place - 1] += requests[i]
            continue
        if size < most:
            size += 1
            sizes[g] = size
        for j in range(size - 1, place, -1):
            keys[g, j], counts[g, j] = keys[g, j - 1], counts[g, j - 1]
        keys[g, place], counts[g, place] = value, requests[i]
