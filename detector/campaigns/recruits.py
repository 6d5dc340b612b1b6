"""Recruits: accounts outside that write as a component does."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from detector.campaigns.passages import LEAST_PASSAGES, MOST_OUTSIDE, Ints, Passages, component_frames


def recruit(label: Ints, held: Passages, holders: pd.DataFrame, alone: npt.NDArray[np.bool_]) -> Ints:
    """Components and the accounts outside that write as one of them does.

    An account joins that holds two passages which many of the component and hardly anybody else keep to, and a
    composite that one of the component holds; words alone are common to people of one language. One of a verified
    organisation stands for that.

    Parameters
    ----------
    holders : DataFrame
        ``composite``, ``account``, of all significant composites.
    alone : ndarray of bool, shape (n_accounts,)
        Accounts of no verified organisation.
    """
    if label.max(initial=-1) < 0:
        return label
    sizes = np.bincount(label[label >= 0])
    component = label[held.account]
    number, home, n = component_frames(label, held.of(component >= 0))
    belongs = np.full(int(held.number.max(initial=0)) + 1, -1, np.int64)
    belongs[number] = home
    members_of = np.zeros(len(belongs), np.int64)
    members_of[number] = n
    outside = held.degree - members_of[held.number]
    telling = (belongs[held.number] >= 0) & (outside <= MOST_OUTSIDE * members_of[held.number]) & held.kept_to()
    loose = held.of(telling & (component < 0) & alone[held.account])
    wishes, n_held = np.unique(loose.account * len(sizes) + belongs[loose.number], return_counts=True)
    wishes = wishes[n_held >= LEAST_PASSAGES]
    n_held = n_held[n_held >= LEAST_PASSAGES]
    linked = np.isin(wishes, _links(label, holders, len(sizes)))
    order = np.lexsort((wishes, n_held))
    found = label.copy()
    good = order[linked[order]]
    found[wishes[good] // len(sizes)] = wishes[good] % len(sizes)
    return found


def _links(label: Ints, holders: pd.DataFrame, n: int) -> Ints:
    """Pairs of an account and a component that holds one of its composites, as account · n + component."""
    table = holders.assign(component=label[holders["account"].to_numpy()])
    inside = table.loc[table["component"] >= 0, ["composite", "component"]].drop_duplicates()
    pairs = table[["composite", "account"]].merge(inside, on="composite")
    found: Ints = np.unique(pairs["account"].to_numpy(dtype=np.int64) * n + pairs["component"].to_numpy(dtype=np.int64))
    return found
