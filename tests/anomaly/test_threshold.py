import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.anomaly.threshold import benjamini_hochberg, nats_per_nat, p_values

REFERENCE = np.sort(np.random.default_rng(3).exponential(size=2_000))


def test_inside_the_reference_p_counts_the_rarer_accounts():
    ninth, rarest_but_one = REFERENCE[-9], REFERENCE[-2]
    p = p_values(np.array([0.0, ninth, rarest_but_one]), REFERENCE, 0.0005)
    np.testing.assert_allclose(p, [1, 10 / 2_001, 3 / 2_001])


def test_p_never_grows_with_rarity_and_goes_on_falling_past_the_reference():
    rarities = np.linspace(0, 60, 500)
    p = p_values(rarities, REFERENCE, 0.0005)
    assert (np.diff(p) <= 0).all()
    assert 0 < p[-1] < 1e-15


def test_one_wild_account_of_the_reference_hides_nobody():
    wild = np.append(REFERENCE[:-1], 300.0)
    assert p_values(np.array([30.0]), wild, 0.0005)[0] < 1e-7


def test_a_reference_with_a_slower_tail_makes_p_larger():
    assert nats_per_nat(REFERENCE * 3, 0.0005) > 2.5
    assert p_values(np.array([30.0]), REFERENCE * 3, 0.0005) > p_values(np.array([30.0]), REFERENCE, 0.0005)


def test_few_reference_accounts_are_counted_and_never_extrapolated():
    assert p_values(np.array([1e3]), np.array([1.0, 2.0]), 0.0005)[0] == pytest.approx(1 / 3)
    assert p_values(np.array([1e3]), np.array([1.0]), 0.0005)[0] == pytest.approx(1 / 2)


def test_benjamini_hochberg_by_hand():
    p = np.array([0.30, 0.001, 0.04, 0.012, 0.9])  # limits .01 .02 .03 .04 .05 for rate .05
    assert benjamini_hochberg(p, 0.05).tolist() == [False, True, False, True, False]


def test_a_night_without_accounts_flags_none():
    assert len(benjamini_hochberg(np.array([]), 0.05)) == 0


@given(st.lists(st.floats(1e-12, 1), min_size=1, max_size=40), st.integers(0, 30))
def test_loud_decoys_never_unflag_anybody(p, decoys):
    quiet = np.array(p)
    before = benjamini_hochberg(quiet, 0.1)
    after = benjamini_hochberg(np.append(quiet, np.full(decoys, 1e-15)), 0.1)[: len(quiet)]
    assert (after | ~before).all()
