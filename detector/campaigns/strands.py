"""Strands: parts of a component that have words of their own.

A few accounts that belong to two groups, or a fact that two groups share, make one component of them. Each group's
words tell it from the others: passages that many of its accounts keep to and hardly anybody else holds. Passages that
the same accounts hold are one strand, whatever the accounts share besides; accounts without such a passage go where the
holders of most of their composites are.

References
----------
.. [1] Dhillon, I. (2001), "Co-clustering documents and words using bipartite spectral graph partitioning", KDD: words
       and their holders are grouped together. Here both are exact sets, and overlap is counted instead of cut.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from detector.campaigns.grow import attach
from detector.campaigns.own_words import LEAST_ALONE, LEAST_OVERLAP, LEAST_TIED
from detector.campaigns.parts import large, numbered
from detector.campaigns.passages import LEAST_PASSAGES, MOST_OUTSIDE, Ints, Passages, own_passages, strongest_strand
from detector.settings import Campaigns

#: Share of a component that must hold a passage to cut by it.
LEAST_SHARE, LEAST_HOLDERS = 0.05, 4
#: Share of requests in which a passage stands that cuts the others: a task that two operators send is no frame.
LEAST_STRONG = 0.2
#: Cutting is repeated on what it gives, this often at most.
DEPTH = 4


def loosen(label: Ints, held: Passages, tied: npt.NDArray[np.bool_], settings: Campaigns) -> Ints:
    """Components that hang together by words only, cut by the frames that their accounts keep to most.

    Operators who work through one public data set, and people who judge by one rubric, have words in common without
    having anything to do with each other. The accounts that share a frame are a part; the others stay together.

    Parameters
    ----------
    tied : ndarray of bool, shape (n_accounts,)
        Accounts that hold a significant composite with a network, a card, a device, a mailbox or a time of sign-up.
    """
    found = label.copy()
    for _ in range(DEPTH):
        before = found.copy()
        for number in range(int(found.max(initial=-1)) + 1):
            members = np.flatnonzero(before == number)
            if len(members) >= 2 * LEAST_ALONE and tied[members].mean() < LEAST_TIED:
                strand = _strong(members, held)
                cut = (strand >= 0) & (np.bincount(strand + 1)[strand + 1] < len(members))
                found[members[cut]] = found.max() + 1 + strand[cut]
        if (found == before).all():
            break
    return numbered(large(found, settings.min_principals))


def _strong(members: Ints, held: Passages) -> Ints:
    """Strand of each member by strong frames, -1 for none; a strand has enough accounts to stand alone."""
    own = own_passages(held.of(np.isin(held.account, members)), LEAST_ALONE, MOST_OUTSIDE, LEAST_STRONG)
    rows = np.searchsorted(members, own.account)
    strand = strongest_strand(own.matrix(rows, len(members)), LEAST_OVERLAP, LEAST_PASSAGES)
    sizes = np.bincount(strand[strand >= 0], minlength=1)
    return np.where((strand >= 0) & (sizes[strand] >= LEAST_ALONE), strand, -1)


def unravel(label: Ints, held: Passages, holders: pd.DataFrame, settings: Campaigns) -> Ints:
    """Components cut into strands.

    Parameters
    ----------
    label : ndarray of int64, shape (n_accounts,)
        Component of each account, -1 for none.
    holders : DataFrame
        ``composite``, ``account``, of the composites that say who belongs where.

    Returns
    -------
    ndarray of int64, shape (n_accounts,)
        Part of each account; parts of fewer than `min_principals` accounts are dissolved.
    """
    found = label.copy()
    for _ in range(DEPTH):
        before = found.copy()
        for number in range(int(found.max(initial=-1)) + 1):
            members = np.flatnonzero(before == number)
            if len(members) >= 2 * settings.min_principals:
                parts = _parts(members, held, holders, settings)
                found[members[parts > 0]] = found.max() + parts[parts > 0]
                found[members[parts < 0]] = -1
        if (found == before).all():
            break
    return numbered(found)


def _parts(members: Ints, held: Passages, holders: pd.DataFrame, settings: Campaigns) -> Ints:
    """Part of each member: 0 stays, others go, -1 is left over."""
    own = own_passages(
        held.of(np.isin(held.account, members)), max(LEAST_HOLDERS, LEAST_SHARE * len(members)), MOST_OUTSIDE
    )
    strand = strongest_strand(own.matrix(np.searchsorted(members, own.account), len(members)))
    strand = large(strand, settings.min_principals)
    if (strand < 0).all():
        return np.zeros(len(members), np.int64)
    whole = np.full(int(members.max()) + 1, -1, np.int64)
    whole[members] = strand
    inside = np.flatnonzero(np.isin(holders["account"].to_numpy(), members))
    strand = attach(whole, holders.iloc[inside], settings)[members]
    rest = strand < 0
    if rest.sum() >= settings.min_principals:
        strand = np.where(rest, strand.max() + 1, strand)
    return numbered(strand)
