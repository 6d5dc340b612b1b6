"""Accounts that work for two campaigns: what could make one campaign of two."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pandas as pd

from detector.drill.groups import Group


def bridged(
    groups: Sequence[Group], parts: Sequence[pd.DataFrame], share: float, rng: np.random.Generator
) -> list[pd.DataFrame]:
    """Requests of every group, some of them sent by accounts of the campaign before.

    Parameters
    ----------
    groups, parts
        The groups and their requests, whose column `account` numbers the accounts of the world.
    share
        Part of a campaign's accounts, at least one, that each takes over half of the requests of an
        account of the next campaign: its words, addresses and client from an account of the other.
    """
    moved = list(parts)
    campaigns = [number for number, group in enumerate(groups) if group.campaign is not None]
    starts = np.cumsum([0] + [len(group.members) for group in groups])
    for number, following in pairwise(campaigns):
        n, m = len(groups[number].members), len(groups[following].members)
        many = min(max(round(share * n), 1), n, m)
        bridges = starts[number] + rng.permutation(n)[:many]
        relieved = starts[following] + rng.permutation(m)[:many]
        moved[following] = _taken_over(moved[following], relieved, bridges, rng)
    return moved


def _taken_over(
    requests: pd.DataFrame,
    relieved: np.ndarray[tuple[int], np.dtype[np.int64]],
    bridges: np.ndarray[tuple[int], np.dtype[np.int64]],
    rng: np.random.Generator,
) -> pd.DataFrame:
    account = requests["account"].to_numpy(dtype=np.int64).copy()
    chosen = rng.random(account.size) < 0.5
    for old, new in zip(relieved, bridges, strict=True):
        account[(requests["account"] == old).to_numpy(dtype=bool) & chosen] = new
    return requests.assign(account=account)
