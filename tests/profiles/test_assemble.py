import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detector.profiles import sizes as sizing
from detector.profiles.assemble import assemble
from detector.profiles.build import build_profile
from detector.profiles.profile import Sizes
from detector.profiles.sizes import EVERYTHING
from tests.profiles.batches import DAY_US, KEY, batch

ASKED = st.lists(
    st.tuples(st.sampled_from(["ann", "bob"]), st.integers(0, 3), st.integers(0, 12), st.integers(1, 9)),
    min_size=12,
    max_size=60,
)


def tables(rows, sizes):
    built = build_profile([batch(rows)], KEY, sizes)
    return assemble(built.profile, None, built.names, KEY, sizes)


@pytest.fixture(autouse=True)
def low_floor(monkeypatch):
    monkeypatch.setattr(sizing, "LEAST_SAMPLE", 5)


@settings(max_examples=40, deadline=None)
@given(ASKED)
def test_what_is_counted_beside_a_sample_is_the_same_however_far_the_sample_is_cut(asked):
    rows = [
        {
            "account_id": name,
            "at": day * DAY_US + i,
            "prompt": f"say {'abcdefghijklm'[prompt]}",
            "request_id": f"{i}-{n}",
        }
        for i, (name, day, prompt, times) in enumerate(asked)
        for n in range(times)
    ]
    whole, cut = (tables(rows, Sizes(200, 4, window)) for window in (EVERYTHING, 8))
    assert len(cut.requests) < len(whole.requests)
    pd.testing.assert_frame_equal(cut.distinct, whole.distinct)
    pd.testing.assert_frame_equal(cut.activity, whole.activity)
    pd.testing.assert_frame_equal(cut.days, whole.days)
