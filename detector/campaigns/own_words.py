"""Strands that words of their own make of accounts which nothing else connects.

A data set may be dealt out to accounts without a card, an address or a moment in common. What they write is then all
that holds them together: passages that many of them keep to, and hardly anybody outside holds.

References
----------
.. [1] Dhillon, I. (2001), see :mod:`detector.campaigns.strands`.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from detector.campaigns.parts import large, numbered
from detector.campaigns.passages import (
    LEAST_PASSAGES,
    MOST_OUTSIDE,
    Ints,
    Passages,
    component_frames,
    own_passages,
    strongest_strand,
)

#: Accounts that words alone must connect; share of their requests that a passage must stand in, and of holders of one
#: passage that must hold another; share of all accounts that may hold a passage before it is everybody's.
LEAST_ALONE, LEAST_KEPT_TO, LEAST_OVERLAP, EVERYBODYS = 10, 0.1, 0.3, 0.7
#: Share of an account's requests in which the one passage that it holds of a strand must stand.
MAINLY = 0.25
#: Part of the share of requests that a strand's passages have with most of it, below which an account is none of it.
SELDOM = 0.2
#: Share of a component that must hold a fact of its owner for it to hang together by more than words.
LEAST_TIED = 0.3
#: Share of an account's requests, and how many, in which one passage stands for it to have a frame; share of a
#: component's accounts from which it has frames.
FRAMED, LEAST_FRAMED, FEW_FRAMED = 0.5, 5, 0.2


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


def without_framed(label: Ints, held: Passages, tied: npt.NDArray[np.bool_]) -> Ints:
    """Components that words alone hold together, without accounts that have a frame where hardly any other has one.

    Without frames it is words of tasks that hold them together. Who judges answers to such tasks by a rubric of their
    own comes upon these words, too.
    """
    mainly = (held.requests >= FRAMED * held.forming) & (held.requests >= LEAST_FRAMED)
    framed = np.isin(np.arange(len(label)), held.account[mainly])
    inside = of_words_alone(label, tied)
    home = label[inside]
    few = np.bincount(home, weights=framed[inside]) < FEW_FRAMED * np.bincount(home)
    found = label.copy()
    found[inside] = np.where(framed[inside] & few[home], -1, home)
    return numbered(found)


def of_words_alone(label: Ints, tied: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Accounts of components few of whose accounts hold a fact of their owner with others, shape (n_accounts,)."""
    found = label >= 0
    home = label[found]
    found[found] = (np.bincount(home, weights=tied[found]) < LEAST_TIED * np.bincount(home))[home]
    return found
