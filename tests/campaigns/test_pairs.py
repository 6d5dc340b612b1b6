from collections import defaultdict
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detector.campaigns import pairs
from detector.campaigns.pairs import Holdings, unpaired

#: Keys of an account, by code.
KEYS = st.sets(st.integers(0, 11), max_size=7)
#: Family of each code, and the codes of a kind of which two make a pair.
FAMILY = [0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2]
TWICE = [-1] * 5 + [8, 8, -1] + [9, 9, 9, -1]


def holdings(accounts, principals):
    code = np.array([code for keys in accounts for code in sorted(keys)], np.int32)
    starts = np.append(0, np.cumsum([len(keys) for keys in accounts]))
    return Holdings(starts, np.array(principals), code, np.array(FAMILY), np.array(TWICE))


def by_hand(accounts, principals):
    held = defaultdict(set)
    for account, keys in enumerate(accounts):
        for a, b in permutations(keys, 2):
            if FAMILY[a] < FAMILY[b] or (TWICE[a] >= 0 and TWICE[a] == TWICE[b] and a < b):
                held[a, b].add(account)
    return {
        pair: sorted(who) for pair, who in sorted(held.items()) if len({principals[account] for account in who}) > 1
    }


@settings(max_examples=100, deadline=None)
@given(st.lists(KEYS, min_size=1, max_size=12).filter(any), st.data(), st.sampled_from([1, 1 << 24]))
def test_pairs_are_those_that_a_plain_count_finds(accounts, data, part):
    of = st.integers(0, len(accounts) - 1)
    principals = data.draw(
        st.one_of(st.just(list(range(len(accounts)))), st.lists(of, min_size=len(accounts), max_size=len(accounts)))
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pairs, "PART_PAIRS", part)
        made = holdings(accounts, principals)
        pair, many = made.counted()
    order = np.argsort(pair)
    pair, many = pair[order], many[order]
    expected = by_hand(accounts, principals)
    assert list(zip(*(codes.tolist() for codes in unpaired(pair)), strict=True)) == list(expected)
    assert many.tolist() == [len({principals[account] for account in who}) for who in expected.values()]
    number, account = made.holders(pair)
    found = [account[number == i].tolist() for i in range(len(pair))]
    assert found == list(expected.values())


def test_without_keys_there_are_no_pairs():
    nothing = np.zeros(0, np.int64)
    made = Holdings(np.zeros(3, np.int64), np.arange(2), nothing.astype(np.int32), nothing, nothing)
    pair, many = made.counted()
    assert (len(pair), len(many)) == (0, 0)
    number, account = made.holders(pair)
    assert (len(number), len(account)) == (0, 0)
