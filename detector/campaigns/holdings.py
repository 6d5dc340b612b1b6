"""Who holds what, counted by sorting: groups as runs of equal rows, without a table for each step."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from detector.profiles.orders import run_starts

Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]


def run_sizes(starts: Mask) -> Ints:
    """Number of rows in each run."""
    first = np.flatnonzero(starts)
    sizes: Ints = np.diff(np.append(first, len(starts)))
    return sizes


def sums(values: npt.NDArray[Any], starts: Mask) -> npt.NDArray[Any]:
    """Sum of the values in each run."""
    found: npt.NDArray[Any] = np.add.reduceat(values, np.flatnonzero(starts)) if len(values) else values[:0]
    return found


def commonest(holder: Ints, choice: Ints) -> tuple[Ints, Ints, Ints]:
    """The choice that occurs most often with each holder, of equals the smallest.

    Parameters
    ----------
    holder, choice : ndarray of int64, shape (n,)
        Not negative.

    Returns
    -------
    holder, choice, n : ndarray of int64
        One row per holder, ascending; `n` is how often it made the choice.
    """
    most = int(choice.max(initial=0)) + 1
    pairs, n = np.unique(holder * most + choice, return_counts=True)
    who, what = pairs // most, pairs % most
    order = np.lexsort((what, -n, who))
    best = order[run_starts(who[order])]
    return who[best], what[best], n[best]
