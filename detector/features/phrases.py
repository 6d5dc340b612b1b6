"""Runs of words that requests hold, wherever they stand: up to four of each request."""

from __future__ import annotations

import numpy as np

from detector.features.base import Bools, Floats, Hashes, Ints
from detector.features.counting import by_account, groups, sums
from detector.features.samples import accounts_of, hashes
from detector.features.sharing import rarity_of
from detector.profiles.segments import most_rows_of_a_value, starts_of
from detector.profiles.tables import Tables

PHRASES = ("phrase_0", "phrase_1", "phrase_2", "phrase_3")


def requests_with_commonest_phrase(tables: Tables) -> Floats:
    """Count the sampled requests that hold their account's commonest phrase.

    Identical rows count once, and so does a phrase that a request holds twice.
    """
    account = accounts_of(tables)
    columns = [hashes(tables, phrase) for phrase in PHRASES]
    if (account[1:] < account[:-1]).any():
        order = np.argsort(account, kind="stable")
        account, columns = account[order], [column[order] for column in columns]
    return most_rows_of_a_value(starts_of(account, len(tables.accounts)), tuple(columns)).astype(np.float64)


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
    shared = [_shared_phrases(tables, phrase) for phrase in PHRASES]
    rows, values, weight = (np.concatenate(column) for column in zip(*shared, strict=True))
    order, starts = groups(by_account(accounts_of(tables)[rows], values))
    uses = np.diff(np.r_[starts, len(order)])
    again = order[np.repeat(uses >= 2, uses)]
    rarest = np.zeros(len(tables.requests))
    np.maximum.at(rarest, rows[again], weight[again])
    return rarest


def _shared_phrases(tables: Tables, column: str) -> tuple[Ints, Hashes, Floats]:
    """Sampled requests whose phrase is a rare one that others hold, too, with the phrase and its rarity."""
    values = hashes(tables, column)
    weight = rarity_of(tables, "phrase", values)
    rows = np.flatnonzero(weight)
    return rows, values[rows], weight[rows]
