"""Sums and smallest hashes within groups, over sorted frames."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from detector.profiles.orders import order_by, ranks, run_starts


def first_of_runs(columns: Mapping[str, npt.NDArray[np.generic]], names: Sequence[str]) -> npt.NDArray[np.int64]:
    """Positions at which a group begins, where equal values of the named columns stand together."""
    return np.flatnonzero(run_starts(*(columns[name] for name in names)))


def grouped_sum(rows: pd.DataFrame, by: list[str], sums: list[str]) -> pd.DataFrame:
    """One row per group with its sums, sorted by the group; integers only, so in any order the same."""
    if not len(rows):
        return rows[[*by, *sums]]
    order = order_by(*(rows[name].to_numpy() for name in by))
    columns = {name: rows[name].to_numpy()[order] for name in (*by, *sums)}
    first = first_of_runs(columns, by)
    kept = {name: columns[name][first] for name in by}
    return pd.DataFrame(kept | {name: np.add.reduceat(columns[name], first) for name in sums}, copy=False)


def smallest_per_group(rows: pd.DataFrame, by: list[str], most: int | npt.NDArray[np.int64]) -> pd.DataFrame:
    """The first rows of each group, of rows sorted by the group and then by what is to be smallest.

    `most` of each, which may be told for each value of the column that groups are sorted by first.
    """
    if not len(rows):
        return rows.reset_index(drop=True)
    first = first_of_runs({name: rows[name].to_numpy() for name in by}, by)
    sizes = np.diff(np.append(first, len(rows)))
    kept = np.minimum(sizes, most if isinstance(most, int) else most[rows[by[0]].to_numpy()[first]])
    if (kept == sizes).all():
        return rows.reset_index(drop=True)
    return rows[ranks(first, len(rows)) < np.repeat(kept, sizes)].reset_index(drop=True)


def distinct_count(last: npt.NDArray[np.uint64], most: int) -> npt.NDArray[np.float64]:
    """Number of distinct values behind full bottom-k sketches: (k − 1) / U, U the k-th smallest hash in its range.

    The relative standard error is about 1/√(k − 2). A sketch that is not full holds all there are.

    Parameters
    ----------
    last : ndarray of uint64
        Greatest hash of each sketch.
    most : int
        Its size k.

    References
    ----------
    .. [1] Beyer, K. et al. (2007), "On synopses for distinct-value estimation under multiset operations", SIGMOD.
    """
    return (most - 1) / (last.astype(np.float64) / 2.0**64)
