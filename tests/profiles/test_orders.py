import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from detector.profiles.orders import distinct_pairs, order_by, stable_order

SMALL = st.integers(0, 3)
WIDE = st.sampled_from([0, 1, 65_535, 65_536, 2**32 + 5, 2**63, 2**64 - 1])
ROWS = st.lists(st.tuples(SMALL, st.integers(-5, 200_000), WIDE), max_size=40)


def columns(rows):
    first, second, third = zip(*rows, strict=True) if rows else ((), (), ())
    return np.array(first, np.int64), np.array(second, np.int64), np.array(third, np.uint64)


@settings(deadline=None)  # compiled on first use
@given(ROWS)
def test_rows_come_in_the_order_of_their_columns(rows):
    order = order_by(*columns(rows))
    assert [rows[i] for i in order] == sorted(rows)
    assert sorted(order) == list(range(len(rows)))


@settings(deadline=None)
@given(st.lists(st.tuples(SMALL, SMALL, WIDE), max_size=40), WIDE)
def test_rows_of_few_places_come_in_the_order_of_their_columns(rows, everywhere):
    first, second, third = columns(rows)
    order = order_by(np.full(len(rows), everywhere, np.uint64), first, second, third)
    assert [rows[i] for i in order] == sorted(rows)


@given(st.lists(WIDE, max_size=40))
def test_a_stable_order_keeps_equal_rows_as_they_stood(values):
    order = stable_order(np.array(values, np.uint64))
    assert order.tolist() == sorted(range(len(values)), key=values.__getitem__)


@given(st.lists(st.tuples(SMALL, SMALL), max_size=40))
def test_pairs_count_once_under_their_group(pairs):
    group, member = np.array(pairs, np.int64).reshape(-1, 2).T
    assert distinct_pairs(group, member).tolist() == [g for g, _ in sorted(set(pairs))]
