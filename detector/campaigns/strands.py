"""Strands: groups of accounts that have words of their own.

A few accounts that belong to two groups, or a fact that two groups share, make one component of them. Each group's
words tell it from the others: passages that many of its accounts keep to and hardly anybody else holds. Passages that
the same accounts hold are one strand, whatever the accounts share besides; accounts without such a passage go where the
holders of most of their composites are. Accounts that nothing but words of their own connects are a strand, too.

References
----------
.. [1] Dhillon, I. (2001), "Co-clustering documents and words using bipartite spectral graph partitioning", KDD: words
       and their holders are grouped together. Here both are exact sets, and overlap is counted instead of cut.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from detector.campaigns.grow import attach
from detector.campaigns.passages import Ints, Passages, own_passages, strongest_strand
from detector.settings import Campaigns

#: Accounts outside that may hold a passage of a strand, per account inside.
MOST_OUTSIDE = 0.25
#: Share of a component that must hold a passage to cut by it.
LEAST_SHARE, LEAST_HOLDERS = 0.05, 4
#: Accounts that words alone must connect; share of their requests that a passage must stand in, and of holders of one
#: passage that must hold another; share of all accounts that may hold a passage before it is everybody's.
LEAST_ALONE, LEAST_KEPT_TO, LEAST_OVERLAP, EVERYBODYS = 10, 0.1, 0.3, 0.7
#: Share of an account's requests in which the one passage that it holds of a strand must stand.
MAINLY = 0.25
#: Part of the share of requests that a strand's passages have with most of it, below which an account is none of it.
SELDOM = 0.2
#: Share of a group that must hold a passage for strangers who hold it to join, and passages an account must hold.
LEAST_FRAME, LEAST_PASSAGES = 0.15, 2
#: Share of a component that must hold a fact of its owner for it to hang together by more than words, and share of
#: requests in which a passage stands that cuts the others: a task that two operators send is no frame.
LEAST_TIED, LEAST_STRONG = 0.3, 0.2
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


def large(part: Ints, least: int) -> Ints:
    """Parts of so many accounts at least; those of others are in none."""
    sizes = np.bincount(part[part >= 0], minlength=1)
    return np.where((part >= 0) & (sizes[part] >= least), part, -1)


def of_words(label: Ints, held: Passages) -> Ints:
    """Components and, of accounts in none, the strands that words of their own make, numbered on.

    Who holds a passage in a component whose frame it is does not make it anybody's: pools of a campaign that hard facts
    hold together, and its accounts that share none, write alike. Accounts that hold two passages of a strand are
    strands first; who is left and keeps to one in a quarter of the requests, as a system prompt, comes second: those
    who have a common system prompt and nothing else in common are then no part of a strand of some of its users.
    """
    label = _with_strands(label, held, LEAST_PASSAGES)
    return _with_strands(label, held.of(held.requests >= MAINLY * held.forming), 1)


def _with_strands(label: Ints, held: Passages, least_held: int) -> Ints:
    """Components and the strands of accounts in none that hold so many passages of one."""
    inside = label[held.account] >= 0
    kin = np.zeros(int(held.number.max(initial=0)) + 1, np.int64)
    number, _, n = component_frames(label, held.of(inside))
    np.add.at(kin, number, n)
    free = held.of(~inside & (held.degree <= EVERYBODYS * len(label)))
    free = replace(free, degree=free.degree - kin[free.number])
    own = own_passages(free, LEAST_ALONE, MOST_OUTSIDE, LEAST_KEPT_TO)
    own = own.of(_at_home(own, _of_free(own, len(label), least_held)))
    strand = _of_free(own, len(label), least_held)
    return numbered(np.where(strand >= 0, label.max(initial=-1) + 1 + strand, label))


def _of_free(own: Passages, n_accounts: int, least_held: int) -> Ints:
    """Strand of each account that holds some of these passages, -1 for none and for those of small strands.

    Who holds them in far fewer requests than most of the strand came upon them once.
    """
    strand = large(strongest_strand(own.matrix(own.account, n_accounts), LEAST_OVERLAP, least_held), LEAST_ALONE)
    share = np.zeros(n_accounts)
    np.maximum.at(share, own.account, own.requests / own.forming)
    for number in np.unique(strand[strand >= 0]):
        members = np.flatnonzero(strand == number)
        strand[members[share[members] < SELDOM * np.median(share[members])]] = -1
    return large(strand, LEAST_ALONE)


def _at_home(own: Passages, strand: Ints) -> npt.NDArray[np.bool_]:
    """Rows whose passage hardly anybody holds but the accounts of one strand.

    A sentence that strangers use as well links people who have nothing else in common.
    """
    rows = strand[own.account] >= 0
    n_strands = int(strand.max(initial=-1)) + 1
    pairs, n = np.unique(own.number[rows] * n_strands + strand[own.account[rows]], return_counts=True)
    inside = np.zeros(int(own.number.max(initial=-1)) + 1, np.int64)
    np.maximum.at(inside, pairs // n_strands, n)
    found: npt.NDArray[np.bool_] = own.degree - inside[own.number] <= MOST_OUTSIDE * inside[own.number]
    return found


def of_words_alone(label: Ints, tied: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Accounts of components few of whose accounts hold a fact of their owner with others, shape (n_accounts,)."""
    found = label >= 0
    home = label[found]
    found[found] = (np.bincount(home, weights=tied[found]) < LEAST_TIED * np.bincount(home))[home]
    return found


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


def component_frames(label: Ints, inside: Passages) -> tuple[Ints, Ints, Ints]:
    """Passages that enough of a component hold, given what accounts of components hold.

    Returns
    -------
    number, home, n : ndarray of int64
        Passage, component and accounts of it that hold the passage.
    """
    sizes = np.bincount(label[label >= 0], minlength=1)
    pairs, n = np.unique(inside.number * len(sizes) + label[inside.account], return_counts=True)
    home = pairs % len(sizes)
    frames = n >= np.maximum(3, LEAST_FRAME * sizes[home])
    return pairs[frames] // len(sizes), home[frames], n[frames]


def _links(label: Ints, holders: pd.DataFrame, n: int) -> Ints:
    """Pairs of an account and a component that holds one of its composites, as account · n + component."""
    table = holders.assign(component=label[holders["account"].to_numpy()])
    inside = table.loc[table["component"] >= 0, ["composite", "component"]].drop_duplicates()
    pairs = table[["composite", "account"]].merge(inside, on="composite")
    found: Ints = np.unique(pairs["account"].to_numpy(dtype=np.int64) * n + pairs["component"].to_numpy(dtype=np.int64))
    return found


def numbered(label: Ints) -> Ints:
    """The same parts, numbered from 0 in order of their first account."""
    kept = label >= 0
    values, first = np.unique(label[kept], return_index=True)
    rank = np.empty(len(values), np.int64)
    rank[np.argsort(first, kind="stable")] = np.arange(len(values))
    found = np.full(len(label), -1, np.int64)
    found[kept] = rank[np.searchsorted(values, label[kept])]
    return found
