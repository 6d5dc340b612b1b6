"""Sums and smallest hashes within groups, over sorted frames."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd


def first_of_runs(rows: pd.DataFrame, names: list[str]) -> npt.NDArray[np.int64]:
    """Positions at which a sorted frame's group begins."""
    if not len(rows):
        return np.zeros(0, np.int64)
    new = np.zeros(len(rows), bool)
    new[0] = True
    for name in names:
        values = rows[name].to_numpy()
        new[1:] |= values[1:] != values[:-1]
    return np.flatnonzero(new)


def grouped_sum(rows: pd.DataFrame, by: list[str], sums: list[str]) -> pd.DataFrame:
    """One row per group with its sums, sorted by the group; integers only, so in any order the same."""
    rows = rows.sort_values(by, kind="stable", ignore_index=True)
    first = first_of_runs(rows, by)
    if not len(rows):
        return rows[[*by, *sums]]
    kept = {name: rows[name].to_numpy()[first] for name in by}
    return pd.DataFrame(kept | {name: np.add.reduceat(rows[name].to_numpy(), first) for name in sums})


def smallest_per_group(rows: pd.DataFrame, by: list[str], value: str, most: int) -> pd.DataFrame:
    """The rows with the `most` smallest values of each group, of rows sorted by the group and the value."""
    first = first_of_runs(rows, by)
    if not len(rows):
        return rows.reset_index(drop=True)
    sizes = np.diff(np.append(first, len(rows)))
    rank = np.arange(len(rows)) - np.repeat(first, sizes)
    return rows[rank < most].reset_index(drop=True)


def distinct_count(kept: npt.NDArray[np.uint64], most: int) -> float:
    """Number of distinct values behind a bottom-k sketch.

    Exact while the sketch is not full; else (k − 1) / U, U the k-th smallest hash as a fraction of its range, with a
    relative standard error of about 1/√(k − 2).

    References
    ----------
    .. [1] Beyer, K. et al. (2007), "On synopses for distinct-value estimation under multiset operations", SIGMOD.
    """
    if len(kept) < most:
        return float(len(kept))
    return (most - 1) / (float(np.sort(kept)[most - 1]) / 2.0**64)
