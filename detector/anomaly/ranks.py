"""From values to ranks in the reference, by a grid of quantiles per feature.

All matrices here are *oriented*: features whose low values are suspicious are negated, so that a
high value is suspicious in every column. A rank runs from 0 to 1; an unknown value has rank 0.5.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from detector.anomaly.compiled import compiled

Floats = npt.NDArray[np.float64]

GRID_POINTS = 257
FARTHEST = 1e30


@dataclass(frozen=True)
class Grid:
    """Quantiles of a reference population, feature by feature.

    Attributes
    ----------
    levels : array of shape (points,)
        Probabilities, ascending.
    marks : array of shape (features, points)
        The quantiles at these probabilities; zeros where nothing is known.
    known : array of shape (features,)
        Reference accounts whose value is known.
    """

    levels: Floats
    marks: Floats
    known: npt.NDArray[np.int64]

    def shares(self, values: Floats) -> tuple[Floats, Floats]:
        """Shares of the reference that are below, and that are not above, each value."""
        below, up_to = np.empty_like(values), np.empty_like(values)
        _place(values, self.marks, self.levels, below, up_to)
        return below, up_to

    def unknown(self, values: Floats) -> npt.NDArray[np.bool_]:
        """Where either the value or the whole feature of the reference is unknown."""
        return np.asarray(np.isnan(values) | (self.known == 0))


def grid_of(values: Floats, clip_quantile: float) -> Grid:
    """Grid of an oriented reference population; what lies beyond ``clip_quantile`` is cut off."""
    levels = grid_levels(clip_quantile)
    known = np.count_nonzero(~np.isnan(values), axis=0).astype(np.int64)
    marks = np.zeros((values.shape[1], len(levels)))
    for column in np.flatnonzero(known):
        held = values[:, column]
        marks[column] = np.quantile(held[~np.isnan(held)], levels)
    return Grid(levels, np.maximum.accumulate(marks, axis=1), known)


def grid_levels(clip_quantile: float) -> Floats:
    """Probabilities of a grid's points, symmetric and densest towards both ends."""
    end = np.log((1 - clip_quantile) / clip_quantile)
    levels = 1 / (1 + np.exp(-np.linspace(-end, end, GRID_POINTS)))
    return np.asarray(levels, dtype=np.float64)


def oriented(features: pd.DataFrame, names: Sequence[str], signs: Floats) -> Floats:
    """Matrix of the named columns in which high is suspicious; absent columns are unknown.

    Infinite and huge values are held at a finite end: they stay the most extreme there are, and an
    account cannot make itself unknown by overflowing a feature.
    """
    held = np.full((len(features), len(names)), np.nan)
    for i, name in enumerate(names):
        if name in features:
            values = features[name].to_numpy(dtype=np.float64, na_value=np.nan)
            held[:, i] = np.clip(values, -FARTHEST, FARTHEST) * signs[i] + 0.0
    return held


def ranks(values: Floats, grid: Grid, below: Floats, up_to: Floats) -> npt.NDArray[np.float32]:
    """Rank of each value in the reference, clipped to the grid's ends; 0.5 where unknown.

    A value that many reference accounts share has the middle of the ranks they take up, so a
    constant feature gives 0.5 to those who share the constant.
    """
    middle = np.clip((below + up_to) / 2, grid.levels[0], grid.levels[-1])
    return np.where(grid.unknown(values), 0.5, middle).astype(np.float32)


@compiled
def _place(values: Floats, marks: Floats, levels: Floats, below: Floats, up_to: Floats) -> None:
    points = levels.shape[0]
    for row in range(values.shape[0]):
        for column in range(values.shape[1]):
            value = values[row, column]
            first, end = 0, points
            while first < end:
                middle = (first + end) // 2
                if marks[column, middle] < value:
                    first = middle + 1
                else:
                    end = middle
            if first == points:
                below[row, column] = 1.0
                up_to[row, column] = 1.0
            elif marks[column, first] == value:
                last = first
                while last + 1 < points and marks[column, last + 1] == value:
                    last += 1
                shared = last > first
                below[row, column] = 0.0 if shared and first == 0 else levels[first]
                up_to[row, column] = 1.0 if shared and last == points - 1 else levels[last]
            elif first == 0:
                below[row, column] = 0.0
                up_to[row, column] = 0.0
            else:
                low, high = marks[column, first - 1], marks[column, first]
                share = (value - low) / (high - low)
                level = levels[first - 1] + share * (levels[first] - levels[first - 1])
                below[row, column] = level
                up_to[row, column] = level
