"""Runs of words that requests hold, wherever they stand: up to four of each request."""

from __future__ import annotations

import numpy as np

from detector.features.base import Bools, Floats, Hashes
from detector.features.counting import sums
from detector.features.samples import accounts_of, hashes
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


def requests_with_phrase(tables: Tables) -> Floats:
    """Count the sampled requests of each account in which a phrase is known."""
    known = np.zeros(len(tables.requests), dtype=bool)
    for phrase in PHRASES:
        known |= hashes(tables, phrase) != 0
    return sums(accounts_of(tables), known, len(tables.accounts))
