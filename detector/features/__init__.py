"""Features: one number per account each, in eight families."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import groupby
from typing import NamedTuple

import numpy as np
import pandas as pd

from detector.features import (
    coordination,
    creation,
    diversity,
    extraction,
    identity,
    parameters,
    rhythm,
    volume,
)
from detector.features.base import Feature, feature
from detector.features.ranges import in_ranges
from detector.on_disk import let_go
from detector.profiles.tables import Tables
from detector.remembering import forget

#: The families, in reading order.
FAMILIES = (
    volume,
    rhythm,
    diversity,
    extraction,
    parameters,
    creation,
    identity,
    coordination,
)
#: Every feature, family by family, in the order in which they are written.
FEATURES: tuple[Feature, ...] = tuple(
    value for family in FAMILIES for value in vars(family).values() if isinstance(value, Feature)
)

#: Those that take a small part of the time, and the others.
FEW = tuple(each for each in FEATURES if each.family in ("parameters", "creation", "identity"))
MOST = tuple(each for each in FEATURES if each not in FEW)

#: Above so many sampled requests, intermediate results are freed after each family.
KEPT_ROWS = 500_000
#: Families whose features of an account depend on nothing that another account does.
APART = frozenset({"rhythm", "diversity"})
#: Of those, features that add up values in an order which all accounts have in common.
OF_FEW_VALUES = frozenset({"topic_repetition", "topics_in_ten", "topic_persistence", "systems_in_ten"})
#: Features of other families that are like those.
ALSO_APART = frozenset({"subnets_in_ten", "network_hops", "end_users_in_ten"})
#: Features that share little with those after them: above so many requests, what was remembered is freed after each.
FREED_AFTER = frozenset(
    {"shared_head", "shared_tail", "shared_system", "shared_phrase", "tiled_share", "handed_session_share"}
)

__all__ = ["FAMILIES", "FEATURES", "FEW", "MOST", "Feature", "Off", "compute_features", "feature", "joined"]


class Off(NamedTuple):
    """A feature that could not be computed, and the columns it lacked."""

    feature: str
    missing: tuple[str, ...]


def compute_features(
    tables: Tables, coverage: Collection[str], features: Sequence[Feature] = FEATURES
) -> tuple[pd.DataFrame, list[Off]]:
    """Compute every feature whose columns the input has.

    Parameters
    ----------
    tables : Tables
        Merged profiles and accounts of the window.
    coverage : collection of str
        Canonical columns that the input has: names of the queries' columns, and those of the
        accounts file with the prefix ``accounts.``.
    features : sequence of Feature
        Which to compute.

    Returns
    -------
    values : pandas.DataFrame of float64
        One row per account code, one column per feature, always all of them in the same order;
        each value is finite or NaN. A feature that is off is NaN throughout.
    off : list of Off
        Features that are off, with the columns they lack.
    """
    columns: dict[str, pd.Series[float]] = {}
    off = [Off(each.name, each.missing(coverage)) for each in features if each.missing(coverage)]
    nothing = pd.Series(np.nan, index=tables.accounts.index, dtype="float64")
    for _, family in groupby(features, lambda each: each.family):
        known = [each for each in family if not each.missing(coverage)]
        columns |= _values(tables, known)
        if len(tables.requests) > KEPT_ROWS:
            # Families share little with one another, and what is remembered grows with the rows.
            forget(tables)
    forget(tables)
    columns = {each.name: columns.get(each.name, nothing) for each in features}
    return pd.DataFrame(columns, index=tables.accounts.index, dtype="float64"), off


def _values(tables: Tables, features: Sequence[Feature]) -> dict[str, pd.Series[float]]:
    """Values of features of a family; of many requests, those that can be are computed for a range of accounts each."""
    apart = [each for each in features if len(tables.requests) > KEPT_ROWS and _is_apart(each)]
    parts: dict[str, list[pd.Series[float]]] = {each.name: [] for each in apart}
    for part in in_ranges(tables) if apart else ():
        for each in apart:
            parts[each.name].append(each(part))
        let_go()
    columns = {name: pd.concat(values, ignore_index=True) for name, values in parts.items()}
    for each in features:
        if each.name not in columns:
            columns[each.name] = each(tables)
        if each.name in FREED_AFTER and len(tables.requests) > KEPT_ROWS:
            forget(tables)
        let_go()
    return columns


def _is_apart(feature: Feature) -> bool:
    """Whether an account's value depends, to the last digit, on nothing that other accounts do."""
    return (feature.family in APART and feature.name not in OF_FEW_VALUES) or feature.name in ALSO_APART


def joined(*parts: tuple[pd.DataFrame, list[Off]]) -> tuple[pd.DataFrame, list[Off]]:
    """What `compute_features` gave for parts of the features, as it gives it for all of them."""
    order = {each.name: place for place, each in enumerate(FEATURES)}
    values = pd.concat([values for values, _ in parts], axis=1)
    off = sorted((one for _, part in parts for one in part), key=lambda one: order[one.feature])
    return values[[name for name in order if name in values.columns]], off
