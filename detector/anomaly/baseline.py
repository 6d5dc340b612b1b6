"""Learn a reference population, and hold a night's accounts against it."""

from __future__ import annotations

import importlib.metadata
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from detector.anomaly import forest as trees
from detector.anomaly.compiled import over_chunks
from detector.anomaly.model import Baseline
from detector.anomaly.ranks import Grid, grid_of, oriented, ranks
from detector.anomaly.storage import load, save
from detector.anomaly.tail import combined, surprises
from detector.anomaly.threshold import benjamini_hochberg, p_values
from detector.errors import ModelError
from detector.settings import Anomaly

__all__ = ["Baseline", "fit", "load", "save", "score", "tail_bits"]

Floats = npt.NDArray[np.float64]

MOST_FITTED = 20_000
MOST_HELD_OUT = 200_000
FEWEST_TO_SPLIT = 4
#: Rarity that gives a score of one half: one account in a thousand.
HALF_WAY = float(np.log(1000))


def fit(
    features: pd.DataFrame,
    directions: Mapping[str, str],
    settings: Anomaly,
    seed: int,
    card: Mapping[str, Any],
) -> Baseline:
    """Learn what is usual from a reference population.

    One half of the accounts makes the quantile grids and the forest; the other half, which neither
    has seen, gives the scores that a night is compared with.

    Parameters
    ----------
    features : one row per account, one column per feature; NaN is *not known*
    directions : "high" or "low" for each column: which side is suspicious
    settings : size of the forest, clipping, false positive rate
    seed : best derived from the deployment's key, so that nobody else can grow the same forest
    card : what the population is (dates, source); kept and saved as given, plain JSON values

    Raises
    ------
    ModelError
        If there is no account, or no feature.
    """
    names = tuple(sorted(features.columns))
    _check_population(features, names, directions)
    suspicious = tuple(directions[name] for name in names)
    signs = np.array([-1.0 if side == "low" else 1.0 for side in suspicious])
    values = oriented(features, names, signs)
    fitted, held_out = _split(values, seed)
    grid = grid_of(fitted, settings.clip_quantile)
    fitted_ranks = ranks(fitted, grid, *grid.shares(fitted))
    forest = trees.grow(fitted_ranks, settings.trees, settings.samples_per_tree, _forest_seed(seed))
    forest_grid = grid_of(forest.scores(fitted_ranks)[:, None], settings.clip_quantile)
    forest_score, tail, rarity = _views(held_out, grid, forest, forest_grid)
    return Baseline(
        feature_names=names,
        suspicious=suspicious,
        grid=grid,
        forest=forest,
        forest_grid=forest_grid,
        reference=np.sort(rarity),
        settings=settings,
        seed=seed,
        accounts=len(values),
        card=dict(card),
        score_quantiles=_quantiles(forest_score, _unit(tail), _unit(rarity)),
        versions=_versions(),
    )


def score(baseline: Baseline, features: pd.DataFrame) -> pd.DataFrame:
    """Hold accounts against a reference.

    A feature that the baseline knows and ``features`` lacks counts as unknown; one that the
    baseline does not know is passed over. Both are named in the result's ``attrs``, under
    ``missing_features`` and ``ignored_features``.

    Returns
    -------
    pandas.DataFrame with the index of ``features``
        ``forest``, ``tail`` and ``score`` in [0, 1], higher is more anomalous (tail and score are
        0.5 for what is seen once in a thousand reference accounts); ``p``, the probability of a
        reference account being as rare; ``flagged``, see `detector.anomaly.threshold`.

    Raises
    ------
    ModelError
        If fewer than half of the baseline's features are among the columns.
    """
    missing = [name for name in baseline.feature_names if name not in features.columns]
    if 2 * len(missing) > len(baseline.feature_names):
        raise ModelError(
            f"The baseline was fitted on {len(baseline.feature_names)} features and "
            f"{len(missing)} of them are not computed here ({', '.join(missing[:5])}, …): "
            "it belongs to another version of the features; fit a new one."
        )
    values = oriented(features, baseline.feature_names, baseline.signs)
    forest_score, tail, rarity = _views(values, baseline.grid, baseline.forest, baseline.forest_grid)
    rate = baseline.settings.false_positive_rate
    p = p_values(rarity, baseline.reference, rate)
    result = pd.DataFrame(
        {
            "forest": forest_score,
            "tail": _unit(tail),
            "score": _unit(rarity),
            "p": p,
            "flagged": benjamini_hochberg(p, rate),
        },
        index=features.index,
    )
    known = set(baseline.feature_names)
    result.attrs["missing_features"] = missing
    result.attrs["ignored_features"] = sorted(str(c) for c in features.columns if c not in known)
    return result


def tail_bits(baseline: Baseline, features: pd.DataFrame) -> pd.DataFrame:
    """Rarity of every single value on its suspicious side, in bits: 10 is one in 1,024."""
    values = oriented(features, baseline.feature_names, baseline.signs)
    below, _ = baseline.grid.shares(values)
    bits = surprises(values, baseline.grid, below) / np.log(2)
    return pd.DataFrame(bits, index=features.index, columns=list(baseline.feature_names))


def _views(values: Floats, grid: Grid, forest: trees.Forest, forest_grid: Grid) -> tuple[Floats, Floats, Floats]:
    """Forest score, tail rarity and joint rarity (nats) of oriented values."""
    placed = np.empty(values.shape, dtype=np.float32)
    tail = np.empty(len(values))
    tests = max(1, int(np.count_nonzero(grid.known)))

    def work(part: slice) -> None:
        below, up_to = grid.shares(values[part])
        placed[part] = ranks(values[part], grid, below, up_to)
        tail[part] = combined(surprises(values[part], grid, below), tests)

    over_chunks(work, len(values))
    forest_score = forest.scores(placed)
    column = np.ascontiguousarray(forest_score[:, None])
    forest_nats = surprises(column, forest_grid, forest_grid.shares(column)[0])
    return forest_score, tail, combined(np.column_stack([forest_nats[:, 0], tail]), 2)


def _split(values: Floats, seed: int) -> tuple[Floats, Floats]:
    """Two halves of the accounts, each in an order that depends on seed and values alone.

    Row order moves an isolation forest's scores, and account ids may be pseudonyms that rotate, so
    rows are sorted by what they hold: by a seeded hash of their values first, which is a random
    order, then by the values. Identical accounts are dealt to both halves in turn.
    """
    mixed = _hashes(values, seed)
    order = np.argsort(mixed, kind="stable")
    if len(np.unique(mixed)) < len(mixed):
        order = np.lexsort((*values.T[::-1], mixed))
    if len(order) < FEWEST_TO_SPLIT:
        return values[order], values[order]
    return values[order[0::2][:MOST_FITTED]], values[order[1::2][:MOST_HELD_OUT]]


def _hashes(values: Floats, seed: int) -> npt.NDArray[np.uint64]:
    """Seeded 64-bit hash of each row (the finaliser of splitmix64, column after column)."""
    start = np.random.SeedSequence(seed).generate_state(1, np.uint64)[0]
    mixed = np.full(len(values), start, dtype=np.uint64)
    for column in values.T:
        mixed ^= np.where(np.isnan(column), np.nan, column).view(np.uint64)
        mixed += np.uint64(0x9E3779B97F4A7C15)
        mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        mixed ^= mixed >> np.uint64(31)
    return mixed


def _forest_seed(seed: int) -> int:
    return int(np.random.SeedSequence(seed).generate_state(2)[1])


def _unit(nats: Floats) -> Floats:
    """Rarity on a scale from 0 to 1 that never saturates."""
    return nats / (nats + HALF_WAY)


def _quantiles(forest: Floats, tail: Floats, final: Floats) -> dict[str, float]:
    levels = {"50 %": 0.5, "90 %": 0.9, "99 %": 0.99, "99.9 %": 0.999, "highest": 1.0}
    views = {"forest": forest, "tail": tail, "score": final}
    return {
        f"{view} {name}": float(np.quantile(values, level))
        for view, values in views.items()
        for name, level in levels.items()
    }


def _versions() -> dict[str, str]:
    versions = {}
    for package in ("distillation-detector", "scikit-learn", "numpy"):
        try:
            versions[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            versions[package] = "unknown"
    return versions


def _check_population(features: pd.DataFrame, names: tuple[str, ...], directions: Mapping[str, str]) -> None:
    if len(features) == 0 or not names:
        raise ModelError(
            f"A baseline cannot be fitted on {len(features)} accounts with {len(names)} features: "
            "give it at least one of each."
        )
    if len(set(names)) < len(names):
        raise ValueError("Feature names are not unique.")
    wrong = [name for name in names if directions.get(name) not in ("high", "low")]
    if wrong:
        raise ValueError(f"No direction, high or low, is given for {', '.join(wrong)}.")
