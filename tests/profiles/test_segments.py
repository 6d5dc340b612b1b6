"""Rows brought in order within their accounts, against the plainest way to do so."""

from collections import Counter

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from detector.profiles import segments
from detector.profiles.segments import most_rows_of_a_value, order_of_places, order_within, pairs_within, starts_of

ROWS = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 9)), max_size=80)


def columns(rows):
    account, value = np.array(sorted(rows, key=lambda row: row[0]), dtype=np.int64).reshape(-1, 2).T
    return account, (value << 60).astype(np.uint64)


@settings(deadline=None)  # compiled on first use
@given(ROWS)
def test_rows_of_an_account_are_in_order_and_equal_ones_keep_theirs(rows):
    account, value = columns(rows)
    wanted = np.lexsort((np.arange(len(value)), value, account)).tolist()
    assert order_within(starts_of(account, 5), value).tolist() == wanted


def test_an_account_of_many_rows_is_sorted_as_one_of_few():
    draw = np.random.default_rng(1)
    value = draw.integers(0, 50, 5 * segments.FEW, dtype=np.uint64)
    found = order_within(np.array([0, 3, len(value)]), value)
    assert found[3:].tolist() == (3 + np.argsort(value[3:], kind="stable")).tolist()


@settings(deadline=None)
@given(ROWS)
def test_places_are_brought_together_in_the_order_of_their_rows(rows):
    place = np.array([row[0] for row in rows], np.int64)
    order, starts = order_of_places(place, 5)
    assert order.tolist() == np.argsort(place, kind="stable").tolist()
    assert np.diff(starts).tolist() == [Counter(place.tolist())[i] for i in range(5)]


@settings(deadline=None)
@given(ROWS, st.data())
def test_distinct_values_of_an_account_are_counted_with_the_sums_of_their_rows(rows, data):
    account, value = columns(rows)
    chosen = np.array(data.draw(st.lists(st.booleans(), min_size=len(rows), max_size=len(rows))), bool)
    weight = np.arange(len(rows))
    found = pairs_within(starts_of(account, 5), value, chosen, weight, weight * 2)
    wanted = {}
    for who, what, one, is_chosen in zip(account.tolist(), value.tolist(), weight.tolist(), chosen, strict=True):
        if is_chosen:
            count, total = wanted.get((who, what), (0, 0))
            wanted[who, what] = count + 1, total + one
    told = [(*pair, *counts, 2 * counts[1]) for pair, counts in sorted(wanted.items())]
    assert list(zip(*(column.tolist() for column in found), strict=True)) == told


@settings(deadline=None)
@given(ROWS, st.permutations(range(10)))
def test_a_value_that_stands_in_two_columns_of_a_row_is_counted_once(rows, other):
    account, value = columns(rows)
    second = np.array(other, np.uint64)[(value >> np.uint64(60)).astype(np.int64)] << np.uint64(60)
    counts = Counter()
    for who, *values in zip(account.tolist(), value.tolist(), second.tolist(), strict=True):
        counts.update((who, one) for one in {*values} - {0})
    wanted = [max([n for (who, _), n in counts.items() if who == i], default=0) for i in range(5)]
    assert most_rows_of_a_value(starts_of(account, 5), (value, second)).tolist() == wanted
