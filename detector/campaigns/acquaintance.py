"""Acquaintance: accounts outside that hold facts of their owner with members of a component.

Where cards, devices and addresses are dealt out one by one, an account shares its card with two others, its device with
four and its addresses with twenty, but no two of these with the same accounts, so that no composite holds them. All
the others are of one component all the same. One such fact suffices for those that write as it does, too: a pool that
resells hides a few requests of its own in each account's traffic, too few for words to be among what it sends most.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from detector.campaigns.passages import LEAST_PASSAGES, MOST_OUTSIDE, Ints, Passages, component_frames
from detector.campaigns.rejoin import OWNED
from detector.profiles.keys import FAMILY_OF

#: Families of facts that suffice without words.
LEAST_KINDS = 2
#: Members that must hold a fact, and their share of all who do.
LEAST_MEMBERS, LEAST_INSIDE = 2, 0.25
#: Who has joined makes others known.
ROUNDS = 4


def acquainted(label: Ints, held: Passages, keys: pd.DataFrame, alone: npt.NDArray[np.bool_]) -> Ints:
    """Components and the accounts outside that hold facts of two kinds with them, or one and two passages of theirs.

    Parameters
    ----------
    label : ndarray of int64, shape (n_accounts,)
        Component of each account, -1 for none.
    keys : DataFrame
        As in `Tables.keys`.
    alone : ndarray of bool, shape (n_accounts,)
        Accounts of no verified organisation.
    """
    rows = keys.iloc[np.flatnonzero(keys["kind"].isin(OWNED).to_numpy())]
    facts = pd.DataFrame(
        {
            "account": rows["account"].to_numpy(dtype=np.int64),
            "fact": rows.groupby(["kind", "key"], observed=True, sort=True).ngroup().to_numpy(),
            "kind": rows["kind"].astype(object).map(FAMILY_OF).to_numpy(),
        }
    )
    facts["holders"] = facts.groupby("fact")["fact"].transform("size")
    for _ in range(ROUNDS):
        known, kinds = _known(np.where(alone | (label >= 0), label, -2), facts)
        joining = (kinds >= LEAST_KINDS) | _writing_alike(label, known, held)
        if not joining.any():
            break
        label = np.where(joining, known, label)
    return label


def _known(label: Ints, facts: pd.DataFrame) -> tuple[Ints, Ints]:
    """Component of which each free account holds facts of most kinds, -1 for none, and how many kinds."""
    home = label[facts["account"].to_numpy()]
    inside = facts.assign(home=home)[home >= 0].groupby(["fact", "home", "holders"]).size().rename("n").reset_index()
    theirs = inside[(inside["n"] >= LEAST_MEMBERS) & (inside["n"] >= LEAST_INSIDE * inside["holders"])]
    shared = facts[home == -1].merge(theirs[["fact", "home"]], on="fact").groupby(["account", "home"])
    many = shared.agg(kinds=("kind", "nunique"), n=("fact", "size")).reset_index().sort_values(["kinds", "n", "home"])
    known, kinds = np.full(len(label), -1, np.int64), np.zeros(len(label), np.int64)
    known[many["account"].to_numpy()] = many["home"].to_numpy()
    kinds[many["account"].to_numpy()] = many["kinds"].to_numpy()
    return known, kinds


def _writing_alike(label: Ints, known: Ints, held: Passages) -> npt.NDArray[np.bool_]:
    """Accounts that hold two passages of the component they are known to, which hardly anybody else holds."""
    n = int(label.max(initial=-1)) + 1
    number, home, members = component_frames(label, held.of(label[held.account] >= 0))
    frames = pd.Series(members, number * n + home)
    loose = held.of(known[held.account] >= 0)
    wanted = pd.Series(loose.number * n + known[loose.account])
    inside = wanted.map(frames) + wanted.groupby(wanted).transform("size")
    own = loose.degree <= (1 + MOST_OUTSIDE) * inside.to_numpy()
    found: npt.NDArray[np.bool_] = np.bincount(loose.account[own], minlength=len(label)) >= LEAST_PASSAGES
    return found
