"""Sprays: one wording that asks for extraction, used a few times by each of many accounts beside their owners' use.

Here the unit of evidence is the request, not the account: an account that sends two such requests among a hundred of
its owner's looks like its owner. A passage is one of a spray where nearly all requests in which it stands ask for the
model's reasoning, tags or training data, and where it is a small part of what its holders send. Marking answers counts
for nothing here: honest judges share rubrics.

References
----------
.. [1] OpenAI (30 Sep 2026), "Disrupting a coordinated model-distillation campaign": 16,000 extraction requests of more
       than 4,000 users within two days.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components

from detector.campaigns.calendar import DAY_US
from detector.campaigns.cohort import Cohort
from detector.campaigns.own_words import of_words_alone
from detector.campaigns.parts import large, numbered
from detector.campaigns.passages import Ints, Passages, strongest_strand
from detector.campaigns.verify.elicitation import ELICITING, asks_for
from detector.campaigns.verify.frames import COLUMNS, Frames
from detector.campaigns.verify.hands import other_hands
from detector.profiles.tables import Tables
from detector.settings import Campaigns

Mask = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]

#: Accounts that must hold a passage, share of its requests that must ask, and most of its holders' that may.
LEAST_HOLDERS, LEAST_ASKING, MOST_ASKING = 20, 0.8, 0.3
#: Share of an account's requests that makes asking all it does, where there are so many: it is no part of a spray.
ALL_ASKING, LEAST_MANY = 0.6, 10
#: Share of the rarer passage's holders that must hold both for two to be of one spray.
LEAST_OVERLAP = 0.3
#: Middle part of the requests of a wording, the days and share of the log that it may take, and how far two must be at
#: the same time to be wordings of one spray.
MIDDLE, MOST_DAYS, MOST_OF_LOG, LEAST_COMMON = (0.1, 0.9), 2.0, 0.4, 0.5
#: Passages of a spray that a request must hold for its account to be added afterwards.
LEAST_PASSAGES = 2
#: Share of a component that must be of a spray for the whole to join it.
LEAST_INSIDE = 0.5


def sprays(label: Ints, tables: Tables, held: Passages, tied: Mask, verified: Mask, settings: Campaigns) -> Ints:
    """Components and sprays: accounts that send one go there, with the components that they are most of.

    Parameters
    ----------
    label : ndarray of int64, shape (n_accounts,)
        Component of each account, -1 for none.
    held : Passages
        What accounts hold in the first half of their prompts.
    tied, verified : ndarray of bool, shape (n_accounts,)
        Accounts that hold facts of their owner with others: a component that hangs together by such facts stays as it
        is. Accounts of verified organisations: they stand for these.
    """
    worded = of_words_alone(label, tied)
    loose = (label < 0) | worded
    share, asking = _asked(tables)
    busy = (share > ALL_ASKING) & (asking >= LEAST_MANY)
    rows = _of_sprays(tables, held, loose & ~verified & ~busy)
    strand = large(strongest_strand(rows.matrix(rows.account, len(label)), LEAST_OVERLAP), LEAST_HOLDERS)
    strand = _at_once(np.where(_thin(share, strand), strand, -1), tables)
    found, fresh = label.copy(), int(label.max(initial=-1)) + 1
    sizes = np.maximum(np.bincount(label[label >= 0], minlength=fresh), 1)
    for one in np.unique(strand[strand >= 0]).tolist():
        inside = np.bincount(label[(strand == one) & (label >= 0)], minlength=fresh)
        whole = inside >= LEAST_INSIDE * sizes
        others = (label >= 0) & (strand < 0)
        others[others] = whole[label[others]]
        # who shares words with those who send it, and asks for nothing, is free again
        idle = others & worded & (asking == 0)
        found[idle] = -1
        found[(strand == one) | (others & ~idle)] = fresh + one
    return numbered(large(found, settings.min_principals))


def _of_sprays(tables: Tables, held: Passages, free: Mask) -> Passages:
    """Passages that enough of these accounts hold, and nearly all of whose requests of theirs ask for something."""
    rows = held.of(free[held.account])
    many = rows.of((np.bincount(rows.number, minlength=1) >= LEAST_HOLDERS)[rows.number])
    keys, at = np.unique(many.key, return_inverse=True)
    stands = np.bincount(at, weights=many.requests, minlength=len(keys))
    return many.of((_asking(tables, keys, free) >= LEAST_ASKING * stands)[at])


def _asking(tables: Tables, keys: npt.NDArray[np.uint64], free: Mask) -> Ints:
    """Sampled requests of these accounts in the first half in which each key stands and that ask for something."""
    requests = tables.requests
    asks = _asks_forming(tables)
    asks &= free[requests["account"].to_numpy()]
    values = requests.loc[asks, [name for names in COLUMNS.values() for name in names]].to_numpy().ravel()
    place = np.minimum(np.searchsorted(keys, values), max(0, len(keys) - 1))
    return np.bincount(place[keys[place] == values], minlength=len(keys)) if len(keys) else np.zeros(0, np.int64)


def _asks_forming(tables: Tables) -> Mask:
    """Sampled requests of the first half that ask for something."""
    requests = tables.requests
    found: Mask = asks_for(requests["asks"].to_numpy(), ELICITING) & (requests["half"].to_numpy() == 0)
    return found


def _thin(share: Floats, strand: Ints) -> Mask:
    """Accounts of strands most of whose accounts ask for such things a few times among much else."""
    found = np.zeros(len(strand), bool)
    for one in np.unique(strand[strand >= 0]).tolist():
        found[strand == one] = np.median(share[strand == one]) <= MOST_ASKING
    return found


def _at_once(strand: Ints, tables: Tables) -> Ints:
    """Strands whose requests fall into the same few days, of a log that is much longer, are wordings of one spray."""
    requests = tables.requests
    asks = _asks_forming(tables)
    asks &= strand[requests["account"].to_numpy()] >= 0
    if not asks.any():
        return strand
    moment = requests["timestamp"].to_numpy()
    at = pd.Series(moment[asks]).groupby(strand[requests["account"].to_numpy()[asks]])
    first, last = (at.quantile(part).to_numpy() for part in MIDDLE)
    brief = last - first <= min(MOST_DAYS, MOST_OF_LOG * tables.span_days) * DAY_US
    common = np.minimum(last[:, None], last) - np.maximum(first[:, None], first)
    both = np.maximum(last[:, None], last) - np.minimum(first[:, None], first)
    joined = (common >= LEAST_COMMON * both) & brief[:, None] & brief
    _, one = connected_components(csr_matrix(joined.astype(np.int8)), directed=False)
    found = np.full(int(strand.max(initial=-1)) + 1, -1, np.int64)
    found[np.array(list(at.groups), dtype=np.int64)] = one
    return np.where(strand >= 0, found[strand], -1)


def _asked(tables: Tables) -> tuple[Floats, Ints]:
    """Share and number of each account's sampled requests of the first half that ask for such things."""
    n, forming = len(tables.accounts), tables.requests["half"].to_numpy() == 0
    account = tables.requests["account"].to_numpy()[forming]
    asks = asks_for(tables.requests["asks"].to_numpy()[forming], ELICITING)
    asking = np.bincount(account[asks], minlength=n)
    return asking / np.maximum(np.bincount(account, minlength=n), 1), asking


def latecomers(cohort: Cohort, found: Frames, free: Mask) -> Ints:
    """Accounts outside of all groups that send a spray's frames, too, from other hands than the rest.

    A group is formed on one half of the prompts and verified on the other; who sent the frames in the other only is
    added after that. One passage may be anybody's words: a request must hold two and ask for something.

    Parameters
    ----------
    free : ndarray of bool, shape (n_accounts,)
        Accounts that may be added.
    """
    rows = cohort.tables.requests
    account = rows["account"].to_numpy()
    asking = asks_for(rows["asks"].to_numpy(), ELICITING) & free[account]
    rows = rows[np.isin(account, account[asking])]
    framed = asks_for(rows["asks"].to_numpy(), ELICITING) & (found.passages_in(rows) >= LEAST_PASSAGES)
    return other_hands(rows, framed, ~framed)[0]
