"""Bottom-k sketches: whatever the order and the pieces, the smallest values with all of their counts."""

from collections import Counter

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from detector.profiles.smallest_values import SmallestValues
from detector.profiles.whole_days import KINDS

N, MOST = 3, 4
ROWS = st.lists(
    st.tuples(
        st.integers(0, N - 1),
        st.integers(0, len(KINDS) - 1),
        st.integers(0, 9).map(lambda small: small and small * (1 << 60)),
        st.integers(1, 5),
    ),
    max_size=60,
)


def kept(pieces):
    sketch = SmallestValues(N, MOST)
    for rows in pieces:
        account, kind, key, requests = np.array(rows, dtype=np.uint64).reshape(-1, 4).T
        sketch.take(account.astype(np.int64), kind.astype(np.int64), key, requests.astype(np.int64))
    table = sketch.table()
    return list(zip(*(table[name].tolist() for name in ("account", "kind", "key", "requests")), strict=True))


def smallest(rows):
    sums = Counter()
    for account, kind, key, requests in rows:
        sums[account, kind, key] += requests if key else 0
    known = sorted(one for one in sums if one[2])
    groups = {one[:2]: [other for other in known if other[:2] == one[:2]][:MOST] for one in known}
    return [(*one, sums[one]) for group in sorted(groups) for one in groups[group]]


@settings(deadline=None)  # compiled on first use
@given(ROWS, st.randoms(use_true_random=False), st.integers(0, 60))
def test_the_smallest_values_are_kept_with_all_their_requests_in_any_order_and_pieces(rows, chance, cut):
    other = rows[:]
    chance.shuffle(other)
    assert kept([rows]) == smallest(rows) == kept([other[:cut], other[cut:]])


def test_an_account_without_values_has_none():
    assert kept([[(0, 0, 0, 1)]]) == kept([]) == []
