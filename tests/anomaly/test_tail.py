import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.anomaly.ranks import grid_of
from detector.anomaly.tail import MOST_NATS, combined, surprises


def rarity(reference, values, clip=0.001):
    grid = grid_of(np.array(reference, dtype=float)[:, None], clip)
    held = np.array(values, dtype=float)[:, None]
    return surprises(held, grid, grid.shares(held)[0])[:, 0]


NORMAL = np.random.default_rng(0).normal(size=5_000)


def test_inside_the_reference_rarity_is_the_counted_share():
    np.testing.assert_allclose(np.exp(-rarity(range(10_001), [5_000, 9_000, 9_900])), [0.5, 0.1, 0.01], rtol=0.05)


def test_eight_sigma_is_rarer_than_four_and_four_than_three():
    three, four, eight = rarity(NORMAL, [3, 4, 8])
    assert three < four < eight < MOST_NATS


def test_the_unsuspicious_side_is_not_rare():
    np.testing.assert_allclose(rarity(NORMAL, [-8.0, -1e30]), 0, atol=0.01)


def test_unknown_values_and_unknown_features_say_nothing():
    assert rarity(NORMAL, [np.nan])[0] == 0
    assert rarity([np.nan] * 50, [1e30])[0] == 0


def test_news_in_a_constant_feature_is_as_rare_as_the_reference_is_large():
    same, more, much_more = rarity([0.0] * 400, [0, 1, 1e30], clip=0.001)
    assert same == 0
    assert more == much_more == pytest.approx(np.log(401))


def test_a_heavy_tail_makes_the_same_distance_less_rare():
    heavy = np.random.default_rng(0).pareto(1.2, size=5_000)
    far = 3 * np.quantile(heavy, 0.999)
    as_far = np.quantile(NORMAL, 0.999) * 3
    assert rarity(heavy, [far])[0] < rarity(NORMAL, [as_far])[0] - 5


def test_a_few_wild_reference_accounts_do_not_stretch_the_tail():
    wild = np.append(NORMAL, [1e30] * 4)
    assert rarity(wild, [8])[0] > rarity(wild, [4])[0] > 6.5


def test_one_rare_feature_of_many_counts_less_than_alone_and_two_count_more_than_one():
    one, two = combined(np.array([[9.0] + [0.0] * 9, [9.0, 9.0] + [0.0] * 8]), 10)
    assert one == pytest.approx(9 - np.log(10), abs=0.01)
    assert one < two < 9


@given(st.lists(st.floats(-1e30, 1e30), min_size=2, max_size=30), st.integers(0, 10**6))
def test_rarity_grows_with_the_value(values, seed):
    reference = np.random.default_rng(seed).standard_t(2, size=200)
    grown = rarity(reference, sorted(values))
    assert (np.diff(grown) >= -1e-9).all()
    assert ((grown >= 0) & (grown <= MOST_NATS)).all()
