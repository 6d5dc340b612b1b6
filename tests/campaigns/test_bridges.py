"""Components of which two sides hang together by little, on small tables."""

import numpy as np
import pandas as pd

from detector.campaigns.bridges import apart
from detector.campaigns.passages import Passages

NOTHING = np.zeros(0, np.int64)
NO_WORDS = Passages(NOTHING, NOTHING, NOTHING.astype(np.uint64), NOTHING, NOTHING, NOTHING)
ONE = np.zeros(40, np.int64)


def side(first, composites, seed):
    """Twenty accounts, each of which holds six of these composites."""
    rng = np.random.default_rng(seed)
    return [(composite, first + i) for i in range(20) for composite in rng.choice(composites, 6, replace=False)]


def held(*more):
    rows = side(0, np.arange(10), 1) + side(20, np.arange(10, 20), 2) + list(more)
    return pd.DataFrame(rows, columns=["composite", "account"])


def settings(*shares):
    """Keys of request settings: one for each account, by side."""
    number = np.repeat(shares, 20).astype(np.uint64)
    kind = pd.Categorical(["settings"] * 40, categories=["client", "settings"])
    return pd.DataFrame({"kind": kind, "key": number, "account": np.arange(40), "requests": 10.0, "degree": 20})


def test_one_account_that_holds_facts_of_both_sides_does_not_make_them_one():
    parts = apart(ONE, held((15, 3), (16, 3)), NO_WORDS, settings(1, 2))
    assert len(set(parts[:20])) == 1
    assert len(set(parts[20:])) == 1
    assert parts[0] != parts[20]


def test_sides_of_one_manner_stay_together():
    assert len(set(apart(ONE, held((15, 3), (16, 3)), NO_WORDS, settings(1, 1)))) == 1


def test_sides_that_hold_much_in_common_stay_together():
    many = [(15 + i % 5, i) for i in range(10)]
    assert len(set(apart(ONE, held(*many), NO_WORDS, settings(1, 2)))) == 1


def test_the_order_of_holdings_changes_nothing():
    rows = held((15, 3), (16, 3))
    shuffled = rows.sample(frac=1.0, random_state=5, ignore_index=True)
    assert (apart(ONE, rows, NO_WORDS, settings(1, 2)) == apart(ONE, shuffled, NO_WORDS, settings(1, 2))).all()


def test_small_components_are_left_whole():
    label = np.where(np.arange(40) < 8, 0, -1)
    rows = pd.DataFrame(
        [(c, a) for a in range(8) for c in ((0, 1, 2) if a < 4 else (3, 4, 5))], columns=["composite", "account"]
    )
    assert (apart(label, rows, NO_WORDS, settings(1, 2)) == label).all()


def test_a_chain_of_accounts_made_one_after_the_other_stays_whole():
    # every account holds the composites of its own place and of the two after it, of two hundred
    rows = [(i // 4 + k, i) for i in range(800) for k in range(3)]
    chain = pd.DataFrame(rows, columns=["composite", "account"])
    kind = pd.Categorical(["settings"] * 800, categories=["client", "settings"])
    keys = pd.DataFrame({"kind": kind, "key": np.arange(800, dtype=np.uint64), "account": np.arange(800)})
    keys = keys.assign(requests=10.0, degree=1)
    assert len(set(apart(np.zeros(800, np.int64), chain, NO_WORDS, keys))) == 1
