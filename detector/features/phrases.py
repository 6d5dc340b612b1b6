"""Runs of words that requests hold, wherever they stand: up to four of each request."""

from __future__ import annotations

import numpy as np

from detector.features.base import Bools, Floats, Hashes
from detector.features.counting import Counts, accounts_of, copies_of, count_pairs, hashes, sums
from detector.features.remembering import once
from detector.profiles.tables import Tables

PHRASES = ("phrase_0", "phrase_1", "phrase_2", "phrase_3")


@once
def phrase_counts(tables: Tables) -> Counts:
    """Count requests per phrase; a phrase that a request holds twice counts once."""
    columns = [hashes(tables, phrase) for phrase in PHRASES]
    fresh = [_not_in(column, columns[:i]) for i, column in enumerate(columns)]
    account, copies = accounts_of(tables), copies_of(tables)
    return count_pairs(
        np.concatenate([account[kept] for kept in fresh]),
        np.concatenate([column[kept] for column, kept in zip(columns, fresh, strict=True)]),
        np.concatenate([copies[kept] for kept in fresh]),
        len(tables.accounts),
    )


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
    return sums(accounts_of(tables), copies_of(tables) * known, len(tables.accounts))
