"""Runs of words that requests hold, wherever they stand: up to four of each request."""

from __future__ import annotations

import numpy as np

from detector.features.base import Bools, Floats, Hashes
from detector.features.counting import by_account, groups, sums
from detector.features.samples import accounts_of, hashes
from detector.features.sharing import row_rarity
from detector.profiles.tables import Tables

PHRASES = ("phrase_0", "phrase_1", "phrase_2", "phrase_3")


def requests_with_commonest_phrase(tables: Tables) -> Floats:
    """Count the sampled requests that hold their account's commonest phrase.

    Identical rows count once, and so does a phrase that a request holds twice. The account's
    number and the upper bits of the phrase share one integer, which sorts several times faster
    than two columns.
    """
    n, account = len(tables.accounts), accounts_of(tables).astype(np.uint64)
    bits = np.uint64(n.bit_length())
    columns = [hashes(tables, phrase) for phrase in PHRASES]
    fresh = [_not_in(column, columns[:i]) for i, column in enumerate(columns)]
    codes = np.sort(
        np.concatenate(
            [
                account[kept] << np.uint64(64) - bits | column[kept] >> bits
                for column, kept in zip(columns, fresh, strict=True)
            ]
        )
    )
    starts = np.flatnonzero(np.r_[True, codes[1:] != codes[:-1]])[: len(codes)]
    largest = np.zeros(n)
    holder = (codes[starts] >> np.uint64(64) - bits).astype(np.int64)
    np.maximum.at(largest, holder, np.diff(np.r_[starts, len(codes)]).astype(np.float64))
    return largest


def _not_in(column: Hashes, earlier: list[Hashes]) -> Bools:
    fresh = np.asarray(column != 0)
    for other in earlier:
        fresh &= column != other
    return fresh


def has_phrase(tables: Tables) -> Bools:
    """Whether a phrase is known of each sampled request."""
    known = np.zeros(len(tables.requests), dtype=bool)
    for phrase in PHRASES:
        known |= hashes(tables, phrase) != 0
    return known


def requests_with_phrase(tables: Tables) -> Floats:
    """Count the sampled requests of each account in which a phrase is known."""
    return sums(accounts_of(tables), has_phrase(tables), len(tables.accounts))


def repeated_phrase_rarity(tables: Tables) -> Floats:
    """Rarity of the rarest shared phrase of each sampled request that its account uses again."""
    weights = [row_rarity(tables, "phrase", phrase) for phrase in PHRASES]
    rows = np.concatenate([np.flatnonzero(weight) for weight in weights])
    weight = np.concatenate([weight[weight > 0] for weight in weights])
    pairs = zip(PHRASES, weights, strict=True)
    values = np.concatenate([hashes(tables, phrase)[weight > 0] for phrase, weight in pairs])
    order, starts = groups(by_account(accounts_of(tables)[rows], values))
    uses = np.diff(np.r_[starts, len(order)])
    again = order[np.repeat(uses >= 2, uses)]
    rarest = np.zeros(len(tables.requests))
    np.maximum.at(rarest, rows[again], weight[again])
    return rarest
