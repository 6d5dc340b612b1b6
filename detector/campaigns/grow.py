"""From significant composites to groups: the core of accounts held by several, and its components.

References
----------
.. [1] Ahmed, A. et al. (2007), "Visualisation and analysis of large sparse bipartite graphs", (α, β)-cores; the
       pruning is linear as for k-cores.
.. [2] Beutel, A. et al. (2013), "CopyCatch: stopping group attacks by spotting lockstep behavior", WWW.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from detector.campaigns.holdings import commonest
from detector.settings import Campaigns


def core(
    composites: pd.DataFrame,
    holders: pd.DataFrame,
    principals: npt.NDArray[np.int64],
    settings: Campaigns,
) -> pd.DataFrame:
    """Holders that remain when weak accounts and weak composites have been taken away until nothing changes.

    An account must hold at least `min_composites` composites made of at least `min_keys` different keys; a composite
    must be held by at least `min_principals` principals.

    Returns
    -------
    DataFrame
        ``composite``, ``account``: a subset of `holders`.
    """
    key_1, key_2 = _key_numbers(composites)
    left = holders
    while len(left):
        composite, account = left["composite"].to_numpy(), left["account"].to_numpy()
        many = left.assign(principal=principals[account]).groupby("composite")["principal"].nunique()
        strong = np.isin(composite, many.index[many >= settings.min_principals])
        n_composites = left.groupby("account").size()
        facts = pd.DataFrame(
            {
                "account": np.tile(account, 2),
                "key": np.concatenate([key_1[composite], key_2[composite]]),
            }
        )
        n_keys = facts.drop_duplicates().groupby("account").size()
        good = n_composites.index[(n_composites >= settings.min_composites) & (n_keys >= settings.min_keys)]
        kept = strong & np.isin(account, good)
        if kept.all():
            return left
        left = left[kept]
    return left


def components(held: pd.DataFrame, n_accounts: int) -> npt.NDArray[np.int64]:
    """Number of the component of each account, -1 for accounts outside the core, shape (n_accounts,)."""
    label = np.full(n_accounts, -1, np.int64)
    if not len(held):
        return label
    composite = held["composite"].to_numpy()
    account = held["account"].to_numpy()
    size = n_accounts + int(composite.max()) + 1
    graph = coo_matrix((np.ones(len(held), np.int8), (account, n_accounts + composite)), shape=(size, size))
    _, found = connected_components(graph, directed=False)
    inside = np.unique(account)
    _, label[inside] = np.unique(found[inside], return_inverse=True)
    return label


def attach(label: npt.NDArray[np.int64], holders: pd.DataFrame, settings: Campaigns) -> npt.NDArray[np.int64]:
    """Component of each account after others have been attached to the cores.

    An account outside every core joins a component if most of all its composites, and at least `min_composites`,
    have most of their holders there: one that shares more with others outside the cores is left to them.

    Parameters
    ----------
    label : ndarray of int64, shape (n_accounts,)
        Component of the core accounts, -1 elsewhere.
    holders : DataFrame
        ``composite``, ``account``, of all significant composites.
    """
    composite, account = (holders[name].to_numpy(dtype=np.int64) for name in ("composite", "account"))
    component = label[account]
    sizes = np.bincount(composite)
    full, place, votes = commonest(composite[component >= 0], component[component >= 0])
    home = np.full(len(sizes), -1, np.int64)
    most = votes > 0.5 * sizes[full]
    home[full[most]] = place[most]
    loose = (component < 0) & (home[composite] >= 0)
    drawn, wish, n = commonest(account[loose], home[composite[loose]])
    good = (n >= settings.min_composites) & (n > 0.5 * np.bincount(account, minlength=len(label))[drawn])
    found = label.copy()
    found[drawn[good]] = wish[good]
    return found


def _key_numbers(composites: pd.DataFrame) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Number of either key of each composite; shifted bins of one moment and its hour are one key."""
    both = pd.concat(
        [
            composites[["kind_1", "key_1"]].set_axis(["kind", "key"], axis=1),
            composites[["kind_2", "key_2"]].set_axis(["kind", "key"], axis=1),
        ],
        ignore_index=True,
    )
    numbers: npt.NDArray[np.int64] = np.asarray(both.groupby(["kind", "key"], sort=True).ngroup(), dtype=np.int64)
    return numbers[: len(composites)], numbers[len(composites) :]
