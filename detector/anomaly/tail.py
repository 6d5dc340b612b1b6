"""How far out on the suspicious side each single feature is.

The isolation forest needs several odd features to notice an account; twenty accounts at eight
sigma in one of twelve features are invisible to it. This is the view that sees them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from detector.anomaly.ranks import Grid

Floats = npt.NDArray[np.float64]

MOST_NATS = 300.0
SHAPE_MARGIN = 0.1
STEEPEST_SHAPE = 2.0
START = 0.25


@dataclass(frozen=True)
class Beyond:
    """How the reference thins out past the last point of its grid, per feature.

    A generalised Pareto tail read from three quantiles only, so a handful of wild reference
    accounts does not stretch it. ``scale`` 0 means that the reference does not vary: a value
    beyond it is new, and that is all that can be said.
    """

    rarest: Floats
    scale: Floats
    shape: Floats


def beyond(grid: Grid) -> Beyond:
    """Tail of each feature past the upper end of its quantile grid.

    Values per nat of rarity are measured between the 75 % quantile and the grid's end in two equal
    steps; their ratio tells how heavy the tail is. The shape is never below 0 (an exponential
    tail), and a margin is added for what three quantiles cannot tell: beyond the data, caution.
    """
    end = 1 - grid.levels[-1]
    step = max(float(np.log(START / end)) / 2, 0.1)
    half, start, between, last = (_quantile(grid, 1 - share) for share in (0.5, START, START * np.exp(-step), end))
    near, far = (between - start) / step, (last - between) / step
    both = (near > 0) & (far > 0)
    raw = np.log(np.where(both, far, 1.0) / np.where(both, near, 1.0)) / step
    shape = np.clip(raw + SHAPE_MARGIN, 0.0, STEEPEST_SHAPE)
    scale = np.maximum(np.sqrt(near * far), far)
    for fallback in (near, (start - half) / np.log(0.5 / START), last - grid.marks[:, 0]):
        scale = np.where(scale > 0, scale, fallback)
    scale *= np.exp(shape * step / 2)
    return Beyond(np.maximum(end, 1 / (grid.known + 1)), scale, shape)


def surprises(values: Floats, grid: Grid, below: Floats) -> Floats:
    """Rarity of each value on its suspicious side, in nats: -log of the tail probability.

    Parameters
    ----------
    values : array of shape (accounts, features), oriented so that high is suspicious
    grid : the reference
    below : share of the reference below each value, from `Grid.shares`

    Returns
    -------
    array of the same shape, in [0, `MOST_NATS`]
        0 where the value, or the reference, is unknown. Inside the grid the probability is the
        share of the reference that is at least as extreme, counted; beyond it is extrapolated.
    """
    tail = beyond(grid)
    nats = -np.log(np.maximum(1 - below, tail.rarest))
    past = np.where(np.isnan(values), 0.0, np.maximum(values - grid.marks[:, -1], 0.0))
    nats += _extrapolated(past, tail)
    return np.where(grid.unknown(values), 0.0, np.minimum(nats, MOST_NATS))


def combined(nats: Floats, tests: int) -> Floats:
    """One rarity from several, in nats, by the harmonic mean of their probabilities.

    Like Bonferroni's maximum it is ruled by the rarest and holds whatever the dependence between
    them, but several rare ones count for more than one [1]_.

    References
    ----------
    .. [1] Wilson, D. J. (2019), "The harmonic mean p-value for combining dependent tests",
           PNAS 116, 1195-1200.
    """
    most = np.ascontiguousarray(nats.max(axis=1, initial=0.0))
    total = (tests - nats.shape[1]) * np.exp(-most)
    for column in range(nats.shape[1]):
        total += np.exp(np.ascontiguousarray(nats[:, column]) - most)
    return np.asarray(np.maximum(most + np.log(total / tests), 0.0))


def _extrapolated(past: Floats, tail: Beyond) -> Floats:
    """Nats gained between the grid's end and a value that lies ``past`` it."""
    varies, heavy = tail.scale > 0, tail.shape > 0
    steps = past / np.where(varies, tail.scale, 1.0)
    shape = np.where(heavy, tail.shape, 1.0)
    nats = np.where(heavy, np.log1p(shape * steps) / shape, steps)
    return np.where(varies, nats, 0.0)


def _quantile(grid: Grid, level: float) -> Floats:
    """Every feature's quantile at any level, by straight lines between the grid's points."""
    right = int(np.clip(np.searchsorted(grid.levels, level), 1, len(grid.levels) - 1))
    low, high = grid.levels[right - 1], grid.levels[right]
    share = (min(level, grid.levels[-1]) - low) / (high - low)
    step = grid.marks[:, right] - grid.marks[:, right - 1]
    return np.asarray(grid.marks[:, right - 1] + share * step)
